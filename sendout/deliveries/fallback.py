"""SMS to those whom the emails of a send-out did not reach, some time after the last one left."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sendout.core.delivery.status import Status
from sendout.deliveries import counting, limit
from sendout.deliveries.counting import Tally
from sendout.deliveries.freeze import freeze
from sendout.deliveries.plan import reach
from sendout.deliveries.quiet import AtNight, night_of
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Fallback, FallbackTo, SendOut, State

COUNTED = 5_000  # emails of a send-out whose people are counted one by one
SEEN = (Status.OPENED, Status.CLICKED, Status.REPLIED, Status.COMPLAINED)

# The wait begins when no email is left that has not been handed over once.
BEGIN_WAIT = """
UPDATE sendouts_sendout s
SET fallback_at = %(now)s::timestamptz + make_interval(mins => s.fallback_minutes)
WHERE s.state = 'running' AND s.fallback = 'waiting' AND s.fallback_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM deliveries_count k
    WHERE k.sendout_id = s.id AND k.channel = 'email' AND k.status = 'queued' AND k.n > 0)
"""


@dataclass(frozen=True, slots=True)
class Needed:
    """How many would get an SMS now. exact: else it is the most that it can be."""

    people: int
    exact: bool


def follow_up(now: datetime) -> None:
    """Begin the waits of send-outs whose emails have left, and send the SMS of those that are over.

    Safe to run twice at the same time, and after a crash: the claim commits with the deliveries.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_WAIT, {"now": now})
    for sendout in _due(now):
        try:
            _send_when_day(sendout, now)
        except NotPossible as reason:
            words = _("The SMS have not left. %(reason)s") % {"reason": reason}
            with suppress(NotPossible):  # somebody else stopped it meanwhile
                lifecycle.pause(sendout, words)


def _due(now: datetime) -> Iterable[SendOut]:
    due = SendOut.objects.filter(
        state=State.RUNNING, fallback=Fallback.WAITING, fallback_at__lte=now
    )
    return due.select_related("organisation", "message", "email_sender", "sms_sender")


def _send_when_day(sendout: SendOut, now: datetime) -> None:
    """Send them, or wait for the morning where it is night; if some of them ever have one."""
    night = night_of(sendout, now)
    if night and not night_of(sendout, night.morning):
        waiting = SendOut.objects.filter(pk=sendout.pk, fallback=Fallback.WAITING)
        waiting.update(fallback_at=night.morning)
    else:
        _send(sendout)


def send_now(sendout: SendOut, now: datetime, *, at_night: bool = False) -> None:
    """Send the SMS without waiting any longer, to those whom an email has not reached by now.

    Raises NotPossible when they went already or cannot go; AtNight in quiet hours, unless they may.
    """
    if not at_night and sendout.falls_back and (night := night_of(sendout, now)):
        raise AtNight(night)
    if not _send(sendout):
        raise NotPossible(_gone(sendout))


@transaction.atomic
def _send(sendout: SendOut) -> bool:
    if not sendout.falls_back:
        return False
    lifecycle.check(sendout)
    limit.check_rest(sendout)
    if not lifecycle.begin_fallback(sendout):
        return False
    freeze(sendout, Channel.SMS)
    counting.finish(sendout.pk)
    return True


@transaction.atomic
def call_off(sendout: SendOut) -> None:
    """Have no SMS follow the emails; raises NotPossible when they went already."""
    if not lifecycle.call_off_fallback(sendout):
        raise NotPossible(_gone(sendout))
    counting.finish(sendout.pk)


def _gone(sendout: SendOut) -> str:
    sendout.refresh_from_db(fields=["fallback", "state"])
    if sendout.falls_back:
        return _("“%(name)s” is paused: resume it first.") % {"name": sendout.name}
    return _("Nothing was to be decided any more: the SMS were sent or called off already.")


def needed(sendout: SendOut, emails: Tally) -> Needed:
    """Count who would get an SMS now, or give the most that it can be where that takes long."""
    if emails.total <= COUNTED:
        return Needed(reach(sendout, Channel.SMS).to_send, exact=True)
    reached = sum(emails.by_status.get(status, 0) for status in SEEN)
    if sendout.fallback_to == FallbackTo.NOT_ARRIVED:
        reached += sum(emails.by_status.get(s, 0) for s in (Status.SENT, Status.DELIVERED))
    return Needed(emails.total - reached, exact=False)
