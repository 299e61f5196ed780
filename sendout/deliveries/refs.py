"""The ids under which providers know texts: a receipt names one of them, and nothing else.

A table of its own, since an index over a column of the deliveries would make every acceptance of
an email dearer (decision 0013). Only senders whose receipts name nothing else write here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from sendout.deliveries.models import TextRef

SEPARATOR = ","  # between the ids of the parts of one text, in `Accepted.ref`
LONGEST = 100  # characters of one id; SMPP has 64
KEPT = timedelta(days=7)  # after which a receipt finds nothing any more

# A provider may begin anew with its ids: the newest text has them.
KEEP = """
INSERT INTO deliveries_textref (sender_id, ref, delivery, parts, at)
SELECT DISTINCT ON (ref) %(sender)s, ref, delivery, parts, %(at)s
FROM unnest(%(refs)s::text[], %(deliveries)s::bigint[], %(parts)s::smallint[])
    AS t (ref, delivery, parts)
WHERE ref <> '' ORDER BY ref, delivery DESC
ON CONFLICT (sender_id, ref) DO UPDATE
    SET delivery = EXCLUDED.delivery, parts = EXCLUDED.parts, at = EXCLUDED.at
"""


@dataclass(frozen=True, slots=True)
class Named:
    """The delivery that an id belongs to, and how many parts it has."""

    delivery: int
    parts: int


def keep(sender: int, accepted: Iterable[tuple[int, str]], at: datetime) -> None:
    """Keep the ids of texts that were accepted: pairs of delivery and reference."""
    rows = [
        (ref.replace("\0", "")[:LONGEST], delivery, len(refs))
        for delivery, refs in ((d, ref.split(SEPARATOR)) for d, ref in accepted)
        for ref in refs
    ]
    if not rows:
        return
    refs, deliveries, parts = map(list, zip(*rows, strict=True))
    values: dict[str, Any] = {"refs": refs, "deliveries": deliveries, "parts": parts}
    values |= {"sender": sender, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)


def find(sender: int, refs: Sequence[str]) -> dict[str, Named]:
    """Find deliveries by the ids of their texts, among those of this sender alone."""
    found = TextRef.objects.filter(sender=sender, ref__in=set(refs))
    rows = found.values_list("ref", "delivery", "parts")
    return {ref: Named(delivery, parts) for ref, delivery, parts in rows}


def prune(now: datetime) -> None:
    """Forget ids of which nobody will tell any more."""
    TextRef.objects.filter(at__lt=now - KEPT).delete()
