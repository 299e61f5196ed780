"""A send-out that left some days ago, for the demo.

Nothing is painted: freeze, claim, prepare, lane, settle and the way back are those of every
send-out, told another time than now. What the sandbox foresees from then on is due already and
comes true at once, each fact at its own past moment. Only what the database stamps by its own
clock must be set back afterwards, which `_set_back` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from sendout.core.delivery.outcome import Outcome
from sendout.deliveries import counting
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.jobs import BATCH
from sendout.deliveries.models import Delivery
from sendout.engine.lane import Lane
from sendout.engine.prepare import Prepared, find_way
from sendout.engine.settle import settle
from sendout.inbound.sandbox import come_true
from sendout.senders.models import Sender
from sendout.senders.ways import provider_of
from sendout.sendouts.models import Channels, SendOut

AT_ONCE = 25  # messages settled together, as if they left at one moment
BETWEEN = timedelta(seconds=1.2)
RETRY = timedelta(seconds=75)  # a little more than the sandbox asks to wait for
WRITING = timedelta(minutes=40)  # from draft to send

SET_BACK = (
    """
    UPDATE deliveries_delivery SET created_at = %(at)s,
        skipped_at = CASE WHEN skipped_at IS NOT NULL THEN %(at)s::timestamptz END
    WHERE sendout_id = %(sendout)s
    """,
    """
    UPDATE senders_outboxcopy c SET created_at = d.accepted_at FROM deliveries_delivery d
    WHERE d.sendout_id = %(sendout)s AND c.delivery = d.id
    """,
    """
    UPDATE suppression_suppression s SET created_at = e.at
    FROM deliveries_event e JOIN deliveries_delivery d ON d.id = e.delivery_id
    WHERE d.sendout_id = %(sendout)s AND s.delivery = d.id
        AND e.kind IN ('bounced', 'complained', 'unsubscribed')
    """,
    """
    UPDATE sendouts_sendout SET created_at = %(written)s, started_at = %(at)s,
        finished_at = %(end)s
    WHERE id = %(sendout)s
    """,
    """
    UPDATE compose_message SET created_at = %(written)s, updated_at = %(at)s WHERE id = %(message)s
    """,
)


def send_in_the_past(sendout: SendOut, at: datetime, speed: float) -> None:
    """Send a draft as if it were then; what recipients do later follows, up to now.

    speed: of the sandbox, for this send-out alone. Its jobs stay in the queue; they find nothing
    left to do.
    """
    send_now(sendout)
    end = max(_leave(sendout, channel, at, speed) for channel in Channels(sendout.channels).used)
    come_true()
    counting.finish(sendout.pk)
    _set_back(sendout, at, end)
    sendout.refresh_from_db()


def _leave(sendout: SendOut, channel: str, at: datetime, speed: float) -> datetime:
    """Send what goes by one channel, retries included; gives when the last one left."""
    end = at
    for batch in _batches(sendout, channel):
        while way := find_way(sendout.pk, channel):
            found = claim(sendout.pk, channel, batch, BATCH)
            claimed = found.claimed
            if not claimed:
                break
            for start in range(0, len(claimed), AT_ONCE):
                end, at = at, at + BETWEEN
                slice_ = way.prepare(claimed[start : start + AT_ONCE], end)
                answers = asyncio.run(_hand_over(way.sender, slice_, speed))
                settle(way, slice_, answers, end, keeps_copy=True, hold=found.hold)
            at += RETRY
    return end


def _batches(sendout: SendOut, channel: str) -> Iterator[int]:
    rows = Delivery.objects.filter(sendout=sendout, channel=channel, batch__gt=0)
    yield from rows.order_by("batch").values_list("batch", flat=True).distinct()


async def _hand_over(
    sender: Sender, slice_: Sequence[Prepared], speed: float
) -> Mapping[int, Outcome]:
    sender.config = {**sender.config, "speed": speed}
    async with Lane(provider_of(sender), 1).turn() as turn:
        return await turn.send(slice_, _no_journal)


def _no_journal(delivery: int, outcome: Outcome) -> None:
    """Note nothing: when this process dies, its one transaction takes the whole demo back."""


def _set_back(sendout: SendOut, at: datetime, end: datetime) -> None:
    """Set back what was stamped by the clock of the database, to when it would have been."""
    values: dict[str, int | datetime] = {
        "sendout": sendout.pk,
        "message": sendout.message_id,
        "written": at - WRITING,
        "at": at,
        "end": end,
    }
    with connection.cursor() as cursor:
        for statement in SET_BACK:
            cursor.execute(statement, values)
