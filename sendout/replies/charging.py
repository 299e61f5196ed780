"""What a received text costs: the regular rate, charged once, with the row of the text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sendout.core.message.sms import measure
from sendout.core.regions import region_of
from sendout.replies.models import Reply
from sendout.usage import ledger


def charge(replies: Iterable[Reply], now: datetime) -> None:
    """Charge replies that were kept just now, in the same transaction, and note the prices on them.

    What is sent in answer, and the copies for the staff, are deliveries, which are charged as such.
    All charge in the same order, so that no two wait for each other.
    """
    for reply in sorted(replies, key=_line):
        segments = max(measure(reply.text).segments, 1)
        cost = ledger.charge(reply.organisation, reply.phone, segments, now)
        reply.segments, reply.price = cost.segments, cost.price
        reply.save(update_fields=["segments", "price"])


def _line(reply: Reply) -> tuple[int, str]:
    """Name the line of the usage that a reply is added to."""
    return reply.organisation_id, region_of(reply.phone)
