"""A bad address is corrected where it was seen: on the list, or in the popup."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Role
from sendout.core.addresses import KIND_WORDS, BadAddress, Email, Phone
from sendout.core.typos import suggest
from sendout.deliveries.correcting import Corrected, Wrong, bad_entry, correct, wrong_address
from sendout.deliveries.models import Delivery
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.suppressions.shown import shown
from sendout.pages.wording import counted
from sendout.people.addresses import address_of, read_address, who_has
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.suppression.entries import find
from sendout.suppression.models import BAD_ADDRESS, Reason, Suppression
from sendout.wording.said import said, sentence

MOST = 200  # who share an address on one page; with more it is no family's, and comes in parts
STOPPING = (*BAD_ADDRESS.values(), Reason.COMPLAINT)  # all messages by the channel


class CorrectForm(forms.Form):
    """The right address, and for whom of those who have the wrong one."""

    address = forms.CharField(max_length=320)
    people = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("For whom"),
        error_messages={"required": gettext_lazy("Choose for whom the address is to be changed.")},
    )
    why = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("How do you know?"),
        help_text=gettext_lazy(
            "Such as “told us on the phone”; kept with the entry that is taken off the list."
        ),
    )

    def __init__(self, *args: Any, wrong: Wrong, people: list[Participant], **options: Any) -> None:
        super().__init__(*args, **options)
        self.wrong = wrong
        self.right: Email | Phone | None = None
        address = self.fields["address"]
        address.label = (
            _("The right phone number")
            if wrong.channel == Channel.SMS
            else _("The right email address")
        )
        address.widget.attrs |= {"autocomplete": "off"}
        chosen = self.fields["people"]
        chosen.choices = [(p.pk, _named(p)) for p in people]  # type: ignore[attr-defined]
        meant = probably_meant(wrong)
        self.initial.setdefault("address", meant or wrong.typed or wrong.normal)
        if meant:
            address.help_text = _("A guess at what was meant: please ask.")
        self.initial.setdefault("people", [person.pk for person in people])
        if len(people) == 1:
            chosen.widget = forms.MultipleHiddenInput()

    def clean_address(self) -> str:
        """Read the address; one that could not be written to either is refused."""
        typed: str = self.cleaned_data["address"]
        wrong = self.wrong
        try:
            self.right = read_address(wrong.organisation, wrong.channel, typed)
        except BadAddress as bad:
            raise forms.ValidationError(sentence(bad.reason)) from bad
        if self.right is None or self.right.normal == wrong.normal:
            raise forms.ValidationError(
                _("This is the phone number that does not work.")
                if wrong.channel == Channel.SMS
                else _("This is the email address that does not work.")
            )
        if isinstance(self.right, Phone) and self.right.kind:
            raise forms.ValidationError(f"“{typed}”: {said(KIND_WORDS[self.right.kind])}.")
        for entry in find(wrong.organisation, wrong.channel, self.right.normal):
            if entry.reason in STOPPING:
                reason = entry.get_reason_display().lower()
                raise forms.ValidationError(
                    _("%(entry)s is on the list itself: %(reason)s.")
                    % {"entry": entry, "reason": reason}
                )
        return typed


def probably_meant(wrong: Wrong) -> str:
    """Give the address with the slip in its domain put right, such as gmial.com, or nothing."""
    local, at, domain = (wrong.typed or wrong.normal).rpartition("@")
    meant = suggest(domain) if at and wrong.channel == Channel.EMAIL else ""
    return f"{local}@{meant}" if meant else ""


def _named(person: Participant) -> str:
    return person.name or person.email or person.phone or _("no name")


@member_of(Role.SENDER)
def of_entry(request: MemberRequest, pk: int) -> HttpResponse:
    """Correct the address of an entry for those who have it."""
    entry = get_object_or_404(Suppression, organisation=request.organisation, pk=pk)
    if entry.reason != BAD_ADDRESS[entry.channel]:
        return redirect("pages:suppression_lift", request.organisation.slug, pk)
    people = list(who_has(request.organisation, entry.channel, entry.address)[:MOST])
    typed = address_of(people[0], entry.channel)[0] if people else entry.address
    wrong = Wrong(request.organisation, entry.channel, typed, entry.address)
    return _page(request, wrong, people, people)


@member_of(Role.SENDER)
def of_delivery(request: MemberRequest, pk: int, delivery: int) -> HttpResponse:
    """Correct the address of a delivery's participant, and of who shares it."""
    related = ("participant__organisation",)
    rows = Delivery.objects.select_related(*related).filter(organisation=request.organisation)
    row = get_object_or_404(rows, sendout=pk, pk=delivery)
    person = Participant.objects.filter(pk=row.participant_id or 0).first()
    if person is None or person.organisation_id != request.organisation.pk:
        raise Http404("This participant was deleted.")
    wrong = wrong_address(person, row.channel)
    return _page(request, wrong, having(wrong, person), [person], row)


def having(wrong: Wrong, person: Participant) -> list[Participant]:
    """Give the participant, and after them the others who have the same address."""
    others = who_has(wrong.organisation, wrong.channel, wrong.normal, wrong.typed)
    return [person, *others.exclude(pk=person.pk)[: MOST - 1]]


def _page(
    request: MemberRequest,
    wrong: Wrong,
    people: list[Participant],
    asked: list[Participant],
    row: Delivery | None = None,
) -> HttpResponse:
    """Show the form, or do what it says and go on to what was missed.

    people: who has the address. asked: about whom the page was opened; they are missing nothing
    only when nothing of theirs failed.
    """
    form = CorrectForm(request.POST or None, wrong=wrong, people=people)
    if form.is_valid() and form.right:
        chosen = form.cleaned_data["people"]
        done = correct(wrong, chosen, form.right, request.user, form.cleaned_data["why"])
        messages.success(request, told(wrong, done, form.right))
        query = urlencode({"people": [p.pk for p in done.changed or asked]}, doseq=True)
        url = reverse("pages:missed", args=[request.organisation.slug, wrong.channel])
        return redirect(f"{url}?{query}")
    entry = bad_entry(wrong)
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "wrong": wrong,
        "is_phone": wrong.channel == Channel.SMS,
        "channel": Channel(wrong.channel).label,
        "people": people,
        "most": MOST,
        "shown": shown(request.organisation, [entry])[0] if entry else None,
        "elsewhere": row is not None and _elsewhere(row, wrong),
        "row": row,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/suppressions/correct.html", context, status=status)


def _elsewhere(row: Delivery, wrong: Wrong) -> bool:
    """Tell whether the participant has another address by now than the delivery went to."""
    return bool(row.address) and row.address not in (wrong.typed, wrong.normal)


def told(wrong: Wrong, done: Corrected, right: Email | Phone) -> str:
    """Say what was done, and what still stands."""
    if not done.changed:
        return _("Nobody has %(address)s any more: somebody corrected it already.") % {
            "address": wrong.normal or wrong.typed
        }
    names = ", ".join(_named(person) for person in done.changed[:3])
    more = (_(" and %(n)s more") % {"n": len(done.changed) - 3}) if len(done.changed) > 3 else ""
    changed = f"{names}{more}: {right.normal}."
    if done.lifted:
        return _("%(changed)s %(address)s is off the list.") % {
            "changed": changed,
            "address": wrong.normal,
        }
    if done.left and wrong.normal:
        return counted(
            "%(changed)s %(address)s stays on the list, as another person still has it.",
            "%(changed)s %(address)s stays on the list, as others still have it.",
            len(done.left),
            changed=changed,
            address=wrong.normal,
        )
    return changed
