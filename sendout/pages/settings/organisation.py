"""The organisation's settings."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache
from urllib.parse import urlsplit

from django import forms
from django.http import HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation, Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.settings.countries import countries
from sendout.pages.settings.form_page import form_page

HOST = re.compile(r"(?i)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")
PATH = re.compile(r"[A-Za-z0-9._~:/-]+")  # what needs no escaping anywhere


@cache
def zones() -> list[str]:
    """Give the names of the places whose time an organisation can keep."""
    return sorted(name for name in zoneinfo.available_timezones() if is_place(name))


@cache
def zone_options() -> SafeString:
    """Give the same as options of a field."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in zones()))


def is_place(name: str) -> bool:
    """Tell whether a zone is named after a place, and not for the sake of old programs."""
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Canada/")
    return "/" in name and not name.startswith(old)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What recipients read in every footer, and what times and numbers are read by."""

    country = forms.ChoiceField(
        choices=countries,
        help_text=gettext_lazy("For phone numbers typed without a country code."),
    )
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Type a part of the name of a city, such as Toronto."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields = (
            "name", "postal_address", "contact", "timezone", "country", "language",
            "undo_seconds", "approval_above", "tracks", "tracking_url",
        )  # fmt: skip
        labels = {
            "postal_address": gettext_lazy("Postal address"),
            "contact": gettext_lazy("Contact for recipients"),
            "language": gettext_lazy("Language of new participants"),
            "undo_seconds": gettext_lazy("Seconds in which sending can be undone"),
            "approval_above": gettext_lazy("People above whom a second member must approve"),
            "tracks": gettext_lazy("See who opens emails and clicks on links"),
            "tracking_url": gettext_lazy("Web address of tracked links"),
        }
        help_texts = {
            "postal_address": gettext_lazy(
                "Stands at the foot of every email: the law asks for it in Canada, "
                "the US and the EU."
            ),
            "contact": gettext_lazy(
                "An email address or phone number, shown in the footer and on the unsubscribe page."
            ),
            "language": gettext_lazy(
                "Members who chose no language of their own read Sendout in it, too."
            ),
            "undo_seconds": gettext_lazy(
                "So long nothing leaves after “Send”: 0 to 120. With 0 it leaves at once."
            ),
            "approval_above": gettext_lazy(
                "A message to more people than this leaves only when another member who may send "
                "has approved it. Empty: never asked for."
            ),
            "tracks": gettext_lazy(
                "Links in emails lead through Sendout, and a picture of one pixel tells that "
                "an email was opened. Can be switched off for a single message, too."
            ),
            "tracking_url": gettext_lazy(
                "Only when links are to stand on a name of your own, such as "
                "https://news.club.example, which must lead to this server. Empty for Sendout's "
                "own."
            ),
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
                _("Give a web address such as https://news.club.example, without “?” and “#”.")
            )
        return typed


@member_of(Role.VIEWER)
def settings(request: MemberRequest) -> HttpResponse:
    """Show the organisation's settings; owners change them."""
    return form_page(
        request, OrganisationForm, "organisation", tab="settings", zones=zone_options()
    )
