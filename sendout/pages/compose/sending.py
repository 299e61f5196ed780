"""What the buttons do: test, send, schedule, take back, copy, delete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.compose.markup import BadStyle
from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.core.delivery.outcome import Accepted
from sendout.core.quiet import Night
from sendout.deliveries import freeze
from sendout.deliveries.quiet import night_of
from sendout.deliveries.zones import leavings
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.check import Asking, check_page, hindrance
from sendout.pages.compose.finding import closed_page, find_sendout, shown_participant
from sendout.pages.compose.forms import ScheduleForm, TestForm
from sendout.pages.compose.preview import test_envelope
from sendout.pages.wording import day
from sendout.pages.zones import by_zone
from sendout.senders.models import Channel
from sendout.senders.probe import deliver_now, explain
from sendout.sendouts import drafts, lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State
from sendout.wording.said import said

WAITING = (State.DRAFT, State.SCHEDULED)  # states in which a time can be set


@member_of(Role.SENDER)
@require_POST
def send(request: MemberRequest, pk: int) -> HttpResponse:
    """Send what the page showed, once it cannot be undone any more."""
    sendout = find_sendout(request, pk)
    if night := asked_about(request, sendout, timezone.now()):
        return check_page(request, sendout, asking=Asking(night))
    try:
        with as_checked(sendout, request.POST.get("version", "")) as draft:
            freeze.send(draft)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    if not draft.undoable:
        messages.success(request, _("“%(name)s” is being sent.") % {"name": sendout.name})
    return redirect("pages:messages", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def schedule(request: MemberRequest, pk: int) -> HttpResponse:
    """Have it leave at a time of the organisation's clock."""
    sendout = find_sendout(request, pk)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return check_page(request, sendout, form)
    sendout.local_time = form.local_time
    when = first_moment(sendout, form)
    try:
        lifecycle.check_time(when)
    except NotPossible as refusal:
        form.add_error("when", str(refusal))
        return check_page(request, sendout, form)
    if night := asked_about(request, sendout, when):
        return check_page(request, sendout, form, Asking(night, when))
    try:
        with as_checked(sendout, request.POST.get("version", ""), WAITING) as draft:
            lifecycle.schedule(draft, when, form.local_time)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    local = when.astimezone(request.organisation.zone)
    told = (
        _("“%(name)s” leaves on %(day)s at %(time)s.")
        % {"name": sendout.name, "day": day(local), "time": f"{local:%H:%M}"}
        + f" {said(form.clock_words)}"
    )
    messages.success(request, " ".join([told.strip(), *by_zone(sendout)]))
    return redirect("pages:messages", request.organisation.slug)


def first_moment(sendout: SendOut, form: ScheduleForm) -> datetime:
    """Give when the first of it leaves."""
    if form.local_time:
        return leavings(sendout, form.local).first.at
    when: datetime = form.cleaned_data["when"]
    return when


def asked_about(request: MemberRequest, sendout: SendOut, at: datetime) -> Night | None:
    """Give the night in which texts would arrive, unless the sender has said that they may."""
    return None if "at_night" in request.POST else night_of(sendout, at)


@contextmanager
def as_checked(
    sendout: SendOut, version: str, states: tuple[State, ...] = (State.DRAFT,)
) -> Iterator[SendOut]:
    """Hold it while it starts; raises NotPossible if it is not what the page showed."""
    with drafts.changing(sendout, states) as draft:
        if version != str(draft.message.version):
            by = draft.message.updated_by or _("Somebody")
            raise NotPossible(
                _("%(who)s changed the message meanwhile: check it again, then send.") % {"who": by}
            )
        if reason := hindrance(draft, freeze.forecast(draft)):
            raise NotPossible(reason)
        yield draft


@member_of(Role.SENDER)
@require_POST
def unschedule(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a scheduled send-out a draft again."""
    sendout = find_sendout(request, pk)
    try:
        lifecycle.unschedule(sendout)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    messages.success(request, _("“%(name)s” is a draft again.") % {"name": sendout.name})
    return redirect("pages:compose_check", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def copy(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin a new draft that says the same to the same audience."""
    draft = drafts.copy(find_sendout(request, pk), request.user)
    return redirect("pages:compose_write", request.organisation.slug, draft.pk)


@member_of(Role.SENDER)
@require_POST
def discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    sendout = find_sendout(request, pk)
    try:
        drafts.discard(sendout)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    messages.success(request, _("The draft “%(name)s” was deleted.") % {"name": sendout.name})
    return redirect("pages:messages", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the message to the writer alone, as a chosen participant would get it."""
    sendout = find_sendout(request, pk)
    form = TestForm(request.POST)
    if form.is_valid():
        worked, sentence = send_test(request, sendout, form)
    else:
        worked, sentence = False, _("Enter the address that the test is to go to.")
    if request.headers.get("HX-Request"):
        context = {"worked": worked, "sentence": sentence}
        return render(request, "pages/compose/tested.html", context)
    (messages.success if worked else messages.error)(request, sentence)
    return redirect("pages:compose_check", request.organisation.slug, pk)


def send_test(request: MemberRequest, sendout: SendOut, form: TestForm) -> tuple[bool, str]:
    """Send the test; give whether it left, and what happened in plain words."""
    channel = Channel(form.cleaned_data["channel"])
    sender = sendout.sender(channel)
    if sender is None:
        first = _("Choose a sender for %(channel)s first: it is under “Audience”.")
        return False, first % {"channel": channel.label}
    person = shown_participant(request, sendout, str(form.cleaned_data["participant"] or ""))
    try:
        address = _own_address(channel, form.cleaned_data["address"], request.organisation.country)
        envelope = test_envelope(sendout, sender, person, request.user.name, address)
    except (BadAddress, BadStyle) as error:
        return False, f"{error}."
    outcome = deliver_now(sender, [envelope])[0]
    return isinstance(outcome, Accepted), (f"{address}: {said(explain(outcome, sender))}")


def _own_address(channel: Channel, typed: str, country: str) -> str:
    if channel == Channel.SMS:
        phone = read_phone(typed, country)
        return phone.normal if phone else ""
    email = read_email(typed)
    return email.typed if email else ""


def back(request: MemberRequest, sendout: SendOut, refusal: NotPossible) -> HttpResponse:
    """Say why it was not possible, on the page where it can be put right."""
    sendout.refresh_from_db()
    if sendout.state not in (State.DRAFT, State.SCHEDULED):
        return closed_page(request, sendout, 409)
    messages.error(request, str(refusal))
    return redirect("pages:compose_check", request.organisation.slug, sendout.pk)
