"""The organisation's settings."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache
from urllib.parse import urlsplit

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy
from phonenumbers import SUPPORTED_REGIONS
from phonenumbers.geodata.locale import LOCALE_DATA

from sendout.accounts.models import Organisation, Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.settings.form_page import form_page

HOST = re.compile(r"(?i)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
PATH = re.compile(r"[A-Za-z0-9._~:/-]+")  # what needs no escaping anywhere

# Phone numbers of these can be read, and the table that comes with them has no name for them.
UNNAMED = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}


@cache
def zones() -> list[str]:
    """Give the names of the places whose time an organisation can keep."""
    return sorted(name for name in zoneinfo.available_timezones() if is_place(name))


def is_place(name: str) -> bool:
    """Tell whether a zone is named after a place, and not for the sake of old programs."""
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Canada/")
    return "/" in name and not name.startswith(old)


@cache
def countries() -> list[tuple[str, str]]:
    """Give (code, name) of every country whose phone numbers can be read, by name."""
    named = [(code, country_name(code)) for code in SUPPORTED_REGIONS]
    return sorted(named, key=lambda pair: pair[1])


def country_name(code: str) -> str:
    """Give a place's English name, or its code; "*aa" in the table means "as in aa"."""
    if code in UNNAMED:
        return UNNAMED[code]
    names = LOCALE_DATA.get(code, {})
    name = names.get("en", code)
    return names.get(name[1:], code) if name.startswith("*") else name


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What recipients read in every footer, and what times and numbers are read by."""

    country = forms.ChoiceField(
        choices=countries, help_text="For phone numbers typed without a country code."
    )
    timezone = forms.CharField(
        label="Time zone",
        help_text="Type a part of the name of a city, such as Toronto.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "postal_address", "contact", "timezone", "country", "language",
            "undo_seconds", "approval_above", "tracks", "tracking_url",
        )  # fmt: skip
        labels = {
            "postal_address": "Postal address",
            "contact": "Contact for recipients",
            "language": "Language of new participants",
            "undo_seconds": "Seconds in which sending can be undone",
            "approval_above": gettext_lazy("People above whom a second member must approve"),
            "tracks": "See who opens emails and clicks on links",
            "tracking_url": "Web address of tracked links",
        }
        help_texts = {
            "postal_address": "Stands at the foot of every email: the law asks for it in Canada, "
            "the US and the EU.",
            "contact": "An email address or phone number, shown in the footer and on the "
            "unsubscribe page.",
            "language": "Members who chose no language of their own read Sendout in it, too.",
            "undo_seconds": "So long nothing leaves after “Send”: 0 to 120. With 0 it leaves "
            "at once.",
            "approval_above": gettext_lazy(
                "A message to more people than this leaves only when another member who may send "
                "has approved it. Empty: never asked for."
            ),
            "tracks": "Links in emails lead through Sendout, and a picture of one pixel tells that "
            "an email was opened. Can be switched off for a single message, too.",
            "tracking_url": "Only when links are to stand on a name of your own, such as "
            "https://news.club.example, which must lead to this server. Empty for Sendout's own.",
        }

    def clean_timezone(self) -> str:
        """Take `toronto` for America/Toronto when there is only one such place."""
        typed: str = self.cleaned_data["timezone"].strip().replace(" ", "_")
        folded = typed.casefold()
        found = [n for n in zones() if folded in (n.casefold(), n.casefold().rpartition("/")[2])]
        return found[0] if len(found) == 1 else typed

    def clean_tracking_url(self) -> str:
        """Take an address without a path's last slash, or none."""
        typed: str = self.cleaned_data["tracking_url"].strip().rstrip("/")
        try:
            parts = urlsplit(typed)
            is_address = parts.scheme in {"http", "https"} and HOST.fullmatch(parts.netloc)
        except ValueError:
            is_address = False
        if typed and not (is_address and PATH.fullmatch(typed.partition("//")[2])):
            raise forms.ValidationError(
                "Give a web address such as https://news.club.example, without “?” and “#”."
            )
        return typed


@member_of(Role.VIEWER)
def settings(request: MemberRequest) -> HttpResponse:
    """Show the organisation's settings; owners change them."""
    return form_page(request, OrganisationForm, "organisation", tab="settings", zones=zones())
