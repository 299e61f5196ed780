"""Receipts of the parts of long texts: a text is delivered when each of its parts is.

Each part that arrived is an event of the delivery, so nothing else has to be kept; the row's lock
makes two processes take turns to count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sendout.deliveries.models import Event
from sendout.deliveries.record import Happening, record

PART = "part_delivered"


def count_parts(arrived: Sequence[Happening], wanted: Mapping[int, int]) -> list[int]:
    """Record parts that arrived, and give the deliveries of which every part has.

    wanted: how many parts each delivery has. Runs in the caller's transaction.
    """
    if not arrived:
        return []
    record(arrived)
    events = Event.objects.filter(delivery__in=wanted, kind=PART, source="sms")
    counts = Counter(events.values_list("delivery", flat=True))
    return sorted(delivery for delivery, count in counts.items() if count >= wanted[delivery])
