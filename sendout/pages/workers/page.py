"""What runs where, how fast it goes, what waits and why: of this organisation alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Organisation, Role
from sendout.core.delivery.status import Status
from sendout.core.pace import recent
from sendout.deliveries import retries
from sendout.deliveries import workers as at_work
from sendout.deliveries.counting import tallies
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.ending import foretell, load_of
from sendout.pages.messages.listing import find
from sendout.pages.messages.shown import Shown
from sendout.pages.wording import number
from sendout.senders.health import seconds_down
from sendout.senders.models import Sender
from sendout.senders.throughput import accepted_by_minute
from sendout.sendouts.models import State

MOST = 50  # send-outs that are listed


@dataclass(frozen=True, slots=True)
class Speed:
    """A sender and what it handed over lately."""

    sender: Sender
    is_down: bool
    last_minute: int
    last_ten: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A send-out that has not come to its end. in_hand: batches that a worker has taken."""

    shown: Shown
    left: int
    deferred: int
    in_hand: int


@member_of(Role.OWNER)
def workers(request: MemberRequest) -> HttpResponse:
    """Show the whole page."""
    return render(request, "pages/workers/page.html", _context(request))


@member_of(Role.OWNER)
def live(request: MemberRequest) -> HttpResponse:
    """Show what moves alone, for those who refresh."""
    return render(request, "pages/workers/live.html", _context(request))


def _context(request: MemberRequest) -> dict[str, object]:
    speeds = speeds_of(request.organisation)
    waiting = waiting_of(request)
    running = [one.shown.id for one in waiting if one.shown.state == State.RUNNING]
    soon = retries.due(running)
    return {
        "organisation": request.organisation,
        "section": "workers",
        "processes": at_work.processes(),
        "beat": at_work.beat(),
        "speeds": speeds,
        "last_minute": sum(speed.last_minute for speed in speeds),
        "last_ten": sum(speed.last_ten for speed in speeds),
        "waiting": waiting,
        "left": sum(one.left for one in waiting),
        "deferred": sum(one.deferred for one in waiting),
        "retries": soon,
        "retry_words": when_tried(soon),
    }


def when_tried(found: retries.Due) -> str:
    """Say how many are tried again when, in one line, without what there is none of."""
    named = (
        (_("%(n)s within a minute"), found.minute),
        (_("%(n)s within ten minutes"), found.ten_minutes),
        (_("%(n)s within an hour"), found.hour),
        (_("%(n)s later"), found.later),
    )
    return ", ".join(words % {"n": number(n)} for words, n in named if n)


def speeds_of(organisation: Organisation) -> list[Speed]:
    """Give the senders in use with what they handed over in the last minute and ten minutes."""
    now = timezone.now()
    senders = Sender.objects.filter(organisation=organisation, active=True)
    accepted = accepted_by_minute([sender.pk for sender in senders], now, 10)
    return [
        Speed(
            sender,
            seconds_down(sender) > 0,
            round(recent(accepted[sender.pk], now, 1)),
            round(recent(accepted[sender.pk], now, 10)),
        )
        for sender in senders.order_by("channel", "name")
    ]


def waiting_of(request: MemberRequest) -> list[Waiting]:
    """Give the send-outs that are being sent or paused, newest first, with what they wait for."""
    found = list(find(request).filter(state__in=(State.RUNNING, State.PAUSED))[:MOST])
    pks = [sendout.pk for sendout in found]
    numbers, in_hand = tallies(pks), at_work.in_hand(pks)
    shown = [Shown(sendout, numbers[sendout.pk]) for sendout in found]
    foretell(request.organisation, shown)
    return [_waiting(one, in_hand.get(one.id, 0)) for one in shown]


def _waiting(shown: Shown, in_hand: int) -> Waiting:
    counts = [channel.tally for channel in shown.channels]
    left = sum(load_of(tally, shown.sendout.urgent).left for tally in counts)
    deferred = sum(tally.by_status.get(Status.DEFERRED, 0) for tally in counts)
    return Waiting(shown, left, deferred, in_hand)
