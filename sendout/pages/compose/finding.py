"""A send-out by the id in the address, and the page for one that cannot be changed any more."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from sendout.pages.access import MemberRequest
from sendout.people.models import Participant
from sendout.sendouts import audience, drafts
from sendout.sendouts.models import SendOut, State


def find_sendout(request: MemberRequest, pk: int) -> SendOut:
    """Give the organisation's send-out with this id; raises Http404 for any other."""
    query = SendOut.objects.select_related("message", "email_sender", "sms_sender")
    sendout = get_object_or_404(query, organisation=request.organisation, pk=pk)
    sendout.organisation = request.organisation
    return sendout


def find_participant(request: MemberRequest, pk: str) -> Participant | None:
    """Give the organisation's participant with this id, if there is one."""
    own = Participant.objects.filter(organisation=request.organisation)
    return own.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None


def words_asked(request: MemberRequest) -> str:
    """Give what somebody is looked for by; PostgreSQL has no text with a NUL in it."""
    return " ".join(request.GET.get("q", "").split())


def shown_participant(request: MemberRequest, sendout: SendOut, pk: str) -> Participant | None:
    """Give the participant asked for, else the first of the audience, else of everybody."""
    own = Participant.objects.filter(organisation=request.organisation)
    first = audience.audience(sendout).order_by("pk").first
    return find_participant(request, pk) or first() or own.order_by("pk").first()


def closed_page(request: MemberRequest, sendout: SendOut, status: int = 200) -> HttpResponse:
    """Say why this send-out cannot be changed, and offer what can be done instead."""
    context = {
        "organisation": request.organisation,
        "sendout": sendout,
        "section": "messages",
        "sentence": drafts.closed(sendout),
        "scheduled": sendout.state == State.SCHEDULED,
        "started": sendout.state in (State.RUNNING, State.PAUSED),
    }
    return render(request, "pages/compose/closed.html", context, status=status)
