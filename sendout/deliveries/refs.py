"""The ids under which providers of SMS know texts: a receipt may name one, and nothing else.

A table of its own, since an index over a column of the deliveries would make every acceptance of
an email dearer (decision 0013). Only senders whose receipts may name nothing else write here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from sendout.deliveries.models import TextRef

LONGEST = 200  # characters of one id
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


def keep(sender: int, accepted: Iterable[tuple[int, Sequence[str]]], at: datetime) -> None:
    """Keep the ids of texts that were accepted: each delivery with one id for each part."""
    named = [(ref, Named(delivery, len(refs))) for delivery, refs in accepted for ref in refs]
    _write(sender, named, at)


def learn(sender: int, named: Mapping[str, Named], at: datetime) -> None:
    """Keep ids that were never heard in an answer, and whose texts were found in another way."""
    _write(sender, list(named.items()), at)


def _write(sender: int, named: Sequence[tuple[str, Named]], at: datetime) -> None:
    if not named:
        return
    values: dict[str, Any] = {
        "sender": sender,
        "at": at,
        "refs": [ref.replace("\0", "")[:LONGEST] for ref, _ in named],
        "deliveries": [each.delivery for _, each in named],
        "parts": [each.parts for _, each in named],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)


def find(sender: int, refs: Iterable[str]) -> dict[str, Named]:
    """Find deliveries by the ids of their texts, among those of this sender alone."""
    found = TextRef.objects.filter(sender=sender, ref__in=set(refs))
    rows = found.values_list("ref", "delivery", "parts")
    return {ref: Named(delivery, parts) for ref, delivery, parts in rows}


def prune(now: datetime) -> None:
    """Forget ids of which nobody will tell any more."""
    TextRef.objects.filter(at__lt=now - KEPT).delete()
