"""Two screens: whom and what; then the very words with what they cost, and the button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.deliveries import freeze
from sendout.deliveries.quiet import night_of
from sendout.deliveries.reaching import reached
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.closure.forms import ClosureForm
from sendout.pages.compose.check import hindrance
from sendout.pages.compose.cost import cost_context
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.preview import panel_context
from sendout.pages.compose.reach_words import main_numbers
from sendout.pages.compose.sending import as_checked, asked_about
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts import closures
from sendout.sendouts.audience import audience
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut, State


@member_of(Role.SENDER)
def closure(request: MemberRequest) -> HttpResponse:
    """Choose whom it is for and what is said; then look at it."""
    data = (request.POST,) if request.method == "POST" else ()
    form = ClosureForm(*data, organisation=request.organisation)
    if form.is_valid():
        try:
            draft = _begin(request, form)
        except NotPossible as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("pages:closure_check", request.organisation.slug, draft.pk)
    groups = form["groups"].value() or []
    context = {
        "organisation": request.organisation,
        "form": form,
        "groups": form.own_groups,
        "chosen_groups": {str(pk) for pk in groups},
        "everybody": Participant.objects.filter(organisation=request.organisation).count(),
        **_ways(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/closure/closure.html", context, status=status)


def _begin(request: MemberRequest, form: ClosureForm) -> SendOut:
    """Make the draft. Raises NotPossible."""
    if form.template is not None:
        return closures.begin_from(form.template, request.user, form.whom)
    return closures.begin(request.organisation, request.user, form.said, form.whom)


@member_of(Role.SENDER)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the email and the text of one real person, how many they are, and what it costs."""
    sendout = find_sendout(request, pk)
    if sendout.state != State.DRAFT:
        return closed_page(request, sendout)
    return _check_page(request, sendout)


@member_of(Role.SENDER)
@require_POST
def send(request: MemberRequest, pk: int) -> HttpResponse:
    """Send at once, by every channel: what leaves was shown beside the button."""
    sendout = find_sendout(request, pk)
    if sendout.state != State.DRAFT:
        return closed_page(request, sendout, 409)
    if asked_about(request, sendout, timezone.now()):
        return _check_page(request, sendout, 409)
    try:
        with as_checked(sendout, request.POST.get("version", "")) as draft:
            freeze.send_now(draft)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("pages:closure_check", request.organisation.slug, pk)
    return redirect("pages:board", request.organisation.slug, pk)


def _check_page(request: MemberRequest, sendout: SendOut, status: int = 200) -> HttpResponse:
    now = reached(sendout)
    expected = now.forecast
    by_channel = [
        {"label": Channel(name).label, "to_send": reach.to_send}
        for name, reach in expected.by_channel.items()
    ]
    shown = panel_context(request, sendout)
    context = {
        **shown,
        **_ways(request, Channels(sendout.channels).used),
        "people_count": audience(sendout).count(),
        "by_channel": by_channel,
        "numbers": main_numbers(now, ""),
        "to_send": expected.to_send,
        **(cost_context(sendout, expected) if expected.to_send else {}),
        "hindrance": hindrance(sendout, expected, str(shown.get("bad_style", ""))),
        "night": night_of(sendout, timezone.now()),
    }
    return render(request, "pages/closure/check.html", context, status=status)


def _ways(request: MemberRequest, used: tuple[Channel, ...] = tuple(Channel)) -> dict[str, object]:
    """Say by which channels nothing can leave, and by which it does instead."""
    there = closures.ways(request.organisation)
    return {
        "section": "closure",
        "lacking": [channel.label for channel in Channel if channel not in there],
        "leaving": [channel.label for channel in used if channel in there],
    }
