"""What the sandbox foresaw comes true when its time has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from sendout.core.providers.heard import Incoming
from sendout.deliveries.models import Delivery
from sendout.inbound.facts import Report, take_in
from sendout.replies import taking
from sendout.senders.models import Sender

SLICE = 2000
REPLY = "reply"
_BOUNCES = ("bounced", "failed")

# Whoever takes a row out owns it; a second worker passes over it and takes the next ones.
Row = tuple[int, int, str, str, datetime]  # id, delivery, kind, text, when
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
    take_in(_report(*row) for row in rows if row[2] != REPLY)
    _take_replies_in([row for row in rows if row[2] == REPLY])
    return len(rows)


def _take_replies_in(rows: Iterable[Row]) -> None:
    """Have texts come in through the sender that the message left through."""
    told = {delivery: (id_, text, at) for id_, delivery, _, text, at in rows}
    by_sender: dict[Sender, list[Incoming]] = defaultdict(list)
    for row in Delivery.objects.select_related("sender__organisation").filter(pk__in=told):
        id_, text, at = told[row.pk]
        if row.sender is not None:
            heard = Incoming(row.address, row.sender.from_address, text, f"sandbox-{id_}", at)
            by_sender[row.sender].append(heard)
    for sender in sorted(by_sender, key=lambda sender: sender.pk):
        taking.take_in(sender, by_sender[sender])


def _report(id_: int, delivery: int, kind: str, text: str, at: datetime) -> Report:
    code, _, words = text.partition(" ") if kind in _BOUNCES else ("", "", text)
    return Report(delivery, kind, at, "sandbox", str(id_), code, words)
