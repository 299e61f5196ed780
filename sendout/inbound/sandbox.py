"""What the sandbox foresaw comes true when its time has come."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from sendout.inbound.facts import Report, take_in

SLICE = 2000
_BOUNCES = ("bounced", "failed")

# Whoever takes a row out owns it; a second worker passes over it and takes the next ones.
DUE = """
DELETE FROM senders_foreseen WHERE id IN (
    SELECT id FROM senders_foreseen WHERE due_at <= now()
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, delivery, kind, text, due_at
"""


def come_true() -> int:
    """Take in what is due, a slice at a time, and give how much that was."""
    done = 0
    while taken := _one_slice():
        done += taken
    return done


@transaction.atomic
def _one_slice() -> int:
    with connection.cursor() as cursor:
        cursor.execute(DUE, [SLICE])
        rows = cursor.fetchall()
    take_in(_report(*row) for row in rows)
    return len(rows)


def _report(id_: int, delivery: int, kind: str, text: str, at: datetime) -> Report:
    code, _, words = text.partition(" ") if kind in _BOUNCES else ("", "", text)
    return Report(delivery, kind, at, "sandbox", str(id_), code, words)
