"""What a received text costs: the regular rate, charged once, with the row of the text."""

from __future__ import annotations

from datetime import datetime

from sendout.core.message.sms import measure
from sendout.replies.models import Reply
from sendout.usage import ledger


def charge(reply: Reply, now: datetime) -> None:
    """Charge a reply that was kept just now, in the same transaction, and note the price on it.

    What is sent in answer, and the copies for the staff, are deliveries, which are charged as such.
    """
    segments = max(measure(reply.text).segments, 1)
    cost = ledger.charge(reply.organisation, reply.phone, segments, now)
    reply.segments, reply.price = cost.segments, cost.price
    reply.save(update_fields=["segments", "price"])
