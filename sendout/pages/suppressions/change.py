"""Put an address on the list by hand, or take an entry off it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation, Role
from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.suppressions.shown import shown, stopped
from sendout.senders.models import Channel
from sendout.suppression import entries
from sendout.suppression.models import Lifted, Reason, Suppression
from sendout.wording.said import sentence

STOPPED = [
    ("everything", gettext_lazy("Everything")),
    ("marketing", gettext_lazy("Marketing only")),
    ("operational", gettext_lazy("Operational only")),
]
OWN_WISH = (Reason.UNSUBSCRIBED, Reason.COMPLAINT)  # said by the reader, not found out about them
NOT_SAID = "No reason was given."  # kept in English; wording.said translates it


class AddForm(forms.Form):
    """Who must not be written to, and why."""

    channel = forms.ChoiceField(choices=Channel.choices, widget=forms.RadioSelect)
    address = forms.CharField(max_length=320, label=gettext_lazy("Email address or phone number"))
    category = forms.ChoiceField(
        choices=STOPPED, widget=forms.RadioSelect, label=gettext_lazy("What to stop")
    )
    evidence = forms.CharField(
        max_length=1000,
        required=False,
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Such as “asked at the desk on Tuesday”; kept with the entry."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean(self) -> dict[str, Any]:
        """Read the address as the channel asks for."""
        cleaned = super().clean() or self.cleaned_data
        if "address" in cleaned and "channel" in cleaned:
            try:
                cleaned["address"] = self._read(cleaned["channel"], cleaned["address"])
            except BadAddress as error:
                self.add_error("address", sentence(error.reason))
        return cleaned

    def _read(self, channel: str, text: str) -> str:
        if channel == Channel.EMAIL:
            email = read_email(text)
            return email.normal if email else ""
        phone = read_phone(text, self.organisation.country)
        return phone.normal if phone else ""


class LiftForm(forms.Form):
    """Why an entry may go; it must be said where somebody asked not to be written to."""

    why = forms.CharField(
        max_length=1000,
        label=gettext_lazy("Why may this address be written to again?"),
        help_text=gettext_lazy(
            "Such as “wrote on 3 May that she wants the newsletter”; kept for good."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why; the words are kept for good.")},
    )

    def __init__(self, *args: Any, own_wish: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = own_wish


@member_of(Role.SENDER)
def add(request: MemberRequest) -> HttpResponse:
    """Put an address on the list."""
    start = {"channel": Channel.EMAIL, "category": "everything"}
    form = AddForm(request.POST or None, initial=start, organisation=request.organisation)
    if form.is_valid():
        data = form.cleaned_data
        entry = entries.suppress(
            request.organisation,
            data["channel"],
            data["address"],
            Reason.ADMIN,
            "" if data["category"] == "everything" else data["category"],
            evidence=data["evidence"],
            member=request.user,
        )
        messages.success(request, added(entry))
        return redirect("pages:suppressions", request.organisation.slug)
    context = {"organisation": request.organisation, "section": "suppressions", "form": form}
    status = 422 if form.errors else 200
    return render(request, "pages/suppressions/add.html", context, status=status)


def added(entry: Suppression) -> str:
    """Say what stands now: an address may have been listed before, for a stronger reason."""
    if entry.reason == Reason.ADMIN:
        return _("%(address)s is on the list.") % {"address": entry.address}
    return _("%(address)s was on the list already: %(reason)s.") % {
        "address": entry.address,
        "reason": entry.get_reason_display().lower(),
    }


@member_of(Role.SENDER)
def lift(request: MemberRequest, pk: int) -> HttpResponse:
    """Take an entry off the list, with the words that say why."""
    entry = get_object_or_404(Suppression, organisation=request.organisation, pk=pk)
    form = LiftForm(request.POST or None, own_wish=entry.reason in OWN_WISH)
    if form.is_valid():
        entries.lift(entry, form.cleaned_data["why"].strip() or NOT_SAID, request.user)
        messages.success(request, lifted(entry))
        return redirect("pages:suppressions", request.organisation.slug)
    beside = shown(request.organisation, [entry])[0]
    before = Lifted.objects.filter(
        organisation=request.organisation, channel=entry.channel, address=entry.address
    )
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "entry": entry,
        "channel": Channel(entry.channel).label,
        "stopped": stopped(entry).lower(),
        "own_wish": entry.reason in OWN_WISH,
        "before": before.select_related("lifted_by").order_by("-lifted_at")[:20],
        "may_correct": beside.may_correct,
        "mail": beside.mail,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/suppressions/lift.html", context, status=status)


def lifted(entry: Suppression) -> str:
    """Say what is open now, and what another entry still stops."""
    others = entries.find(entry.organisation, entry.channel, entry.address)
    if others:
        reason = others[0].get_reason_display().lower()
        return _("The entry is lifted, but %(address)s is still listed: %(reason)s.") % {
            "address": entry.address,
            "reason": reason,
        }
    return _("%(address)s can be written to again.") % {"address": entry.address}
