"""How much goes through a sender: counted per minute, in the transaction that settles a slice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection

from sendout.core.delivery.outcome import Accepted, Outcome, Refused, Unsure
from sendout.core.pace import ENOUGH_MESSAGES, MINUTE
from sendout.senders.models import Sender, Throughput

KEPT = timedelta(hours=2)  # minutes older than this are folded into one row
OUTCOMES = ("accepted", "refused", "deferred", "unsure")

_TABLE = Throughput._meta.db_table
_SUMS = ", ".join(f"sum({name})" for name in OUTCOMES)
_ADDED = ", ".join(f"{name} = t.{name} + EXCLUDED.{name}" for name in OUTCOMES)
_UPSERT = f"ON CONFLICT (sender_id, minute) DO UPDATE SET {_ADDED}"

# Slices are in hand side by side: of each only the time counts that no other one has told of.
NOTE = f"""
INSERT INTO {_TABLE} AS t (sender_id, minute, busy, until, {", ".join(OUTCOMES)})
SELECT %(sender)s, %(minute)s, GREATEST(0, LEAST(%(busy)s, EXTRACT(EPOCH FROM %(now)s - (
        SELECT COALESCE(max(until), %(now)s - interval '1 hour') FROM {_TABLE}
        WHERE sender_id = %(sender)s AND minute >= %(now)s - interval '1 hour'
            AND until <= %(now)s)))), %(now)s,
    {", ".join(f"%({name})s" for name in OUTCOMES)} {_UPSERT},
    busy = t.busy + GREATEST(0, LEAST(EXCLUDED.busy, EXTRACT(EPOCH FROM EXCLUDED.until - t.until))),
    until = GREATEST(t.until, EXCLUDED.until)
"""

FOLD = f"""
WITH old AS (
    DELETE FROM {_TABLE} WHERE minute < %(limit)s AND minute > %(before)s RETURNING *
)
INSERT INTO {_TABLE} AS t (sender_id, minute, {", ".join(OUTCOMES)})
SELECT sender_id, %(before)s, {_SUMS} FROM old GROUP BY sender_id ORDER BY sender_id {_UPSERT}
"""


def count(outcomes: Collection[Outcome]) -> dict[str, int]:
    """Count by the words of OUTCOMES; by type, since this is done for every message."""
    kinds = Counter(map(type, outcomes))
    refused = kinds[Refused] and sum(isinstance(o, Refused) and o.permanent for o in outcomes)
    numbers = (kinds[Accepted], refused, kinds[Refused] - refused, kinds[Unsure])
    return dict(zip(OUTCOMES, numbers, strict=True))


def note(
    sender: int,
    now: datetime,
    outcomes: Collection[Outcome],
    accepted: int = 0,
    *,
    busy: float = 0.0,
) -> None:
    """Add a slice to the sender's minute: these outcomes, and so many more accepted ones.

    busy: for how many seconds it was in hand.
    Call it last in the transaction: those who settle for the same sender wait for its end.
    """
    if not accepted and not outcomes:
        return
    minute = now.replace(second=0, microsecond=0)
    counted = count(outcomes)
    counted["accepted"] += accepted
    with connection.cursor() as cursor:
        values: dict[str, float | datetime] = {"sender": sender, "minute": minute, "busy": busy}
        cursor.execute(NOTE, {**values, **counted, "now": now})


def fold(now: datetime) -> None:
    """Put the minutes that nobody looks at any more into one row for each sender."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD, {"limit": now - KEPT, "before": Throughput.BEFORE})


def accepted_by_minute(
    senders: Iterable[int], now: datetime, minutes: int
) -> dict[int, dict[datetime, int]]:
    """Give what each sender handed over in the last minutes, the one that began before them too."""
    since = now - (minutes + 1) * MINUTE
    rows = Throughput.objects.filter(sender__in=list(senders), minute__gt=since, minute__lte=now)
    found: dict[int, dict[datetime, int]] = defaultdict(dict)
    for row in rows:
        found[row.sender_id][row.minute] = row.accepted
    return found


def lately(senders: Iterable[int], now: datetime) -> dict[int, tuple[int, float]]:
    """Give what each sender handed over of late, and in how many seconds of work.

    Of this minute and the last one; of those before, up to `KEPT`, only where these say too little.
    """
    rows = Throughput.objects.filter(
        sender__in=list(senders), minute__gt=now - KEPT, minute__lte=now, busy__gt=0
    )
    found: dict[int, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for row in rows.order_by("-minute"):
        messages, seconds = found[row.sender_id]
        if row.minute > now - 2 * MINUTE or messages < ENOUGH_MESSAGES:
            found[row.sender_id] = messages + row.accepted, seconds + row.busy
    return found


def totals() -> list[tuple[Sender, dict[str, int]]]:
    """Give every sender with all it ever did, by the words of OUTCOMES."""
    summed: dict[int, Counter[str]] = defaultdict(Counter)
    for row in Throughput.objects.all():
        summed[row.sender_id].update({name: getattr(row, name) for name in OUTCOMES})
    senders = Sender.objects.select_related("organisation").order_by("pk")
    return [(sender, {name: summed[sender.pk][name] for name in OUTCOMES}) for sender in senders]
