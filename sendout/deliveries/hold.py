"""What workers have in hand: kept on the batch, so that a slice costs one row and not hundreds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Func, Sum

from sendout.deliveries.hot import hot_cursor
from sendout.deliveries.models import OPEN, Batch, Delivery


@dataclass(frozen=True, slots=True)
class Hold:
    """The right of one claim to its slice. batch: id of the row; turn: which claim it was."""

    batch: int
    turn: int


@dataclass(slots=True)
class InHand:
    """How many deliveries are being sent: first: for the first time; again: after a refusal."""

    first: int = 0
    again: int = 0


RELEASE = """
UPDATE deliveries_batch SET held = NULL, held_again = 0, claimed_at = NULL,
    retry_at = LEAST(retry_at, %(retry_at)s::timestamptz)
WHERE id = %(batch)s AND turn = %(turn)s
"""


def release(hold: Hold, retry_at: datetime | None) -> None:
    """Let go of a slice that is being settled; retry_at: when the first of it is tried again.

    Call it first in the transaction: batches are locked before their rows, and those before the
    counts. Does nothing when the lease ran out and somebody else has let go of it.
    """
    values = {"batch": hold.batch, "turn": hold.turn, "retry_at": retry_at}
    with hot_cursor() as cursor:
        cursor.execute(RELEASE, values, prepare=True)


def in_hand(sendouts: Iterable[int]) -> dict[int, dict[str, InHand]]:
    """Give how many deliveries workers have in hand, by send-out and channel."""
    found: dict[int, dict[str, InHand]] = defaultdict(dict)
    held = Batch.objects.filter(sendout__in=list(sendouts), held__isnull=False)
    rows = held.values_list("sendout", "channel").order_by()
    size = Func("held", function="cardinality")
    for sendout, channel, n, again in rows.annotate(n=Sum(size), again=Sum("held_again")):
        found[sendout][channel] = InHand(n - again, again)
    return found


def held_now(sendout: int, channel: str) -> set[int]:
    """Give the ids of the deliveries that are being sent at this moment."""
    held = Batch.objects.filter(sendout=sendout, channel=channel, held__isnull=False)
    return {delivery for ids in held.values_list("held", flat=True) for delivery in ids or ()}


def taken_at(delivery: Delivery) -> datetime | None:
    """Give when a worker took this delivery in hand; None when none has it now."""
    if delivery.status not in OPEN:
        return None
    batches = Batch.objects.filter(
        sendout=delivery.sendout_id,
        channel=delivery.channel,
        ordinal=delivery.batch,
        held__contains=[delivery.pk],
    )
    return batches.values_list("claimed_at", flat=True).first()
