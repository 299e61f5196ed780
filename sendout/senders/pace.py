"""How fast a sender may go: one rate, exact over all workers, kept on the sender's row.

This is the generic cell rate algorithm (ITU-T I.371, annex A) in one statement: `pace_due` is the
theoretical arrival time, the moment when all that was let through so far would have left at an
even pace. PostgreSQL's row lock makes workers on any number of machines take turns.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

BURST_SECONDS = 0.25  # what fits into this may leave at once: a slice; never less than one

# `clock_timestamp`, not `now`: the statement may have waited for the row behind other workers.
TAKE = f"""
UPDATE senders_sender AS sender
   SET pace_due = greatest(sender.pace_due, clock_timestamp())
                  + %(n)s * period.seconds / sender.pace_count * interval '1 second'
  FROM (VALUES ('second', 1.0::float8), ('minute', 60), ('hour', 3600), ('day', 86400))
       AS period (name, seconds)
 WHERE sender.id = %(sender)s AND sender.pace_count > 0 AND sender.pace_period = period.name
RETURNING greatest(0, extract(epoch FROM sender.pace_due - clock_timestamp())
    - greatest(1, floor({BURST_SECONDS} * sender.pace_count / period.seconds))
      * period.seconds / sender.pace_count)::float8 AS wait
"""


def take(connection: BaseDatabaseWrapper, sender_id: int, n: int) -> float:
    """Reserve room for the next n messages and give the seconds to wait before they leave.

    Call it outside a transaction: the row stays locked until commit. A sender without a pace
    (`pace_count` 0) never waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"sender": sender_id, "n": n})
        return _seconds(cursor.fetchone())


def give_back(connection: BaseDatabaseWrapper, sender_id: int, n: int) -> None:
    """Free the room reserved for n messages that will not leave now after all."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"sender": sender_id, "n": -n})


def _seconds(row: tuple[float] | None) -> float:
    return row[0] if row else 0.0
