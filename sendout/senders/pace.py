"""How fast a sender may go: one rate, exact over all workers, kept on the sender's row.

This is the generic cell rate algorithm (ITU-T I.371, annex A) in one statement: `pace_due` is the
theoretical arrival time, the moment when all that was let through so far would have left at an
even pace. A warm-up is counted beside it: what a day allows may leave at once. PostgreSQL's row
lock makes workers on any number of machines take turns.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from sendout.core.warmup import GROWTH, MOST_DAYS
from sendout.senders.models import PERIOD_SECONDS

BURST_SECONDS = 0.25  # what fits into this may leave at once: a slice; never less than one

# The table of what a pace is counted in, to be joined.
_ROWS = ", ".join(f"('{name}', {seconds}::float8)" for name, seconds in PERIOD_SECONDS.items())
PERIODS = f"(VALUES {_ROWS}) AS period (name, seconds)"

# Each step sees the row as it is after the lock, and a clock read after that: the statement may
# have waited behind other workers. The days of a warm-up are those of the organisation.
TAKE = f"""
WITH locked AS MATERIALIZED (
    SELECT s.id, s.pace_due, s.warmup_first, s.warmup_target, s.warmup_from, s.warmup_day,
        s.warmup_sent, o.timezone, period.seconds / NULLIF(s.pace_count, 0) AS each,
        greatest(1, floor({BURST_SECONDS} * s.pace_count / period.seconds)) AS burst
    FROM senders_sender s JOIN accounts_organisation o ON o.id = s.organisation_id
    JOIN {PERIODS} ON period.name = s.pace_period
    WHERE s.id = %(sender)s AND (s.pace_count > 0 OR s.warmup_first > 0)
    FOR NO KEY UPDATE OF s
), clock AS MATERIALIZED (
    SELECT id, clock_timestamp() AS at FROM locked
), today AS MATERIALIZED (
    SELECT l.*, c.at, (c.at AT TIME ZONE l.timezone)::date AS day,
        l.warmup_first * power({GROWTH}, LEAST({MOST_DAYS}, GREATEST(0,
            (c.at AT TIME ZONE l.timezone)::date - l.warmup_from)))::float8 AS allowed
    FROM locked l JOIN clock c ON c.id = l.id
), granted AS MATERIALIZED (
    SELECT *, warmup_first > 0 AND allowed < warmup_target AS warming,
        CASE WHEN warmup_day = day THEN warmup_sent ELSE 0 END AS sent,
        CASE WHEN warmup_first > 0 AND allowed < warmup_target THEN LEAST(%(n)s, GREATEST(0,
            ceil(allowed)::int - CASE WHEN warmup_day = day THEN warmup_sent ELSE 0 END))
        ELSE %(n)s END AS n
    FROM today
)
UPDATE senders_sender AS sender
   SET pace_due = CASE WHEN g.each IS NULL THEN sender.pace_due
                  ELSE greatest(g.pace_due, g.at) + g.n * g.each * interval '1 second' END,
       warmup_day = CASE WHEN g.warming THEN g.day ELSE sender.warmup_day END,
       warmup_sent = CASE WHEN g.warming THEN greatest(0, g.sent + g.n)
                     ELSE sender.warmup_sent END
  FROM granted g
 WHERE sender.id = g.id
RETURNING g.n, CASE
    WHEN g.n = 0 AND g.warming
        THEN extract(epoch FROM ((g.day + 1)::timestamp AT TIME ZONE g.timezone) - g.at)
    WHEN g.each IS NULL THEN 0
    ELSE greatest(0, extract(epoch FROM sender.pace_due - g.at) - g.burst * g.each) END::float8
"""


@dataclass(frozen=True, slots=True)
class Room:
    """What may leave: n messages, in so many seconds. Where n is 0, ask again after those."""

    n: int
    wait: float


def take(connection: BaseDatabaseWrapper, sender_id: int, n: int) -> Room:
    """Reserve room for the next n messages; fewer where a warm-up allows no more today.

    Call it outside a transaction: the row stays locked until commit. A sender without a pace
    (`pace_count` 0) never waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"sender": sender_id, "n": n})
        row = cursor.fetchone()
    return Room(*row) if row else Room(n, 0.0)


def give_back(connection: BaseDatabaseWrapper, sender_id: int, n: int) -> None:
    """Free the room reserved for n messages that will not leave now after all."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"sender": sender_id, "n": -n})
