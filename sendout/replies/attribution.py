"""Whose reply it is: meant is who wrote last to that phone through that number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sendout.senders.models import Sender

# Who wrote before the text came, the last one first; should nobody have (clocks differ), the first
# who wrote since. What may have left counts: the answer proves that it did. Automatic answers are
# passed over, since nobody began a conversation with one.
WROTE = """
SELECT d.id, d.sender_id, d.address, s.kind FROM deliveries_delivery d
JOIN sendouts_sendout s ON s.id = d.sendout_id
CROSS JOIN LATERAL (SELECT COALESCE(d.accepted_at, d.deferred_at) AS at) wrote
WHERE d.channel = 'sms' AND d.address = ANY(%(phones)s) AND d.sender_id = ANY(%(senders)s)
    AND (d.accepted_at IS NOT NULL OR d.unsure > 0) AND s.kind <> 'notice'
ORDER BY wrote.at <= %(at)s DESC, CASE WHEN wrote.at <= %(at)s THEN wrote.at END DESC NULLS LAST,
    wrote.at, d.id DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a text is meant for. sender: that organisation's own. phone: as it was written to.

    delivery, kind: of the last message to that phone; None and empty where nobody wrote.
    """

    sender: Sender
    phone: str
    delivery: int | None = None
    kind: str = ""


def find_meant(
    received_by: Sender, senders: Sequence[Sender], phones: Sequence[str], at: datetime
) -> Meant:
    """Find whom a text is meant for that came at this time.

    senders: who have the number it was sent to (`senders.sharing`). phones: what the phone's number
    may be. A text that answers nobody goes to the organisation whose number it is.
    """
    values: dict[str, Any] = {
        "phones": list(phones),
        "senders": [one.pk for one in senders],
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(WROTE, values)
        row = cursor.fetchone()
    if row is None:
        owner = received_by if received_by in senders else senders[0]
        return Meant(owner, phones[0])
    delivery, sender, phone, kind = row
    return Meant(next(one for one in senders if one.pk == sender), phone, delivery, kind)
