"""From hits to facts: what has settled is judged, and told to `deliveries.record`.

A verdict waits for what may come right after (`core.tracking.verdict.SETTLED`), so that nothing is
taken back: facts are set once. All hits of a delivery that came together are judged together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from sendout.core.tracking.signs import Sign, Who
from sendout.core.tracking.verdict import SETTLED, Hit, judge
from sendout.deliveries.record import Happening, record

SLICE = 2_000  # hits
SLICES = 50  # of one call: a worker that is asked to stop waits for it
LONGEST_WAIT = 30  # seconds that hits of one delivery wait for those that follow them
SOURCE = "tracking"
PREFIX = {Who.HUMAN: "", Who.MACHINE: "machine_", Who.UNKNOWN: "maybe_"}
LONGEST_URL = 300  # characters that the story shows

# Whoever takes hits out owns them. A delivery is passed over while it is still being fetched.
TAKE = f"""
DELETE FROM tracking_hit WHERE delivery IN (
    SELECT h.delivery FROM tracking_hit h
    WHERE h.at < now() - interval '{SETTLED} seconds' AND (
        h.at < now() - interval '{LONGEST_WAIT} seconds' OR NOT EXISTS (
            SELECT 1 FROM tracking_hit y
            WHERE y.delivery = h.delivery AND y.at >= now() - interval '{SETTLED} seconds'))
    ORDER BY h.id LIMIT {SLICE})
RETURNING delivery, link, at, sign, client, url
"""
KNOWN = """
SELECT d.id, d.accepted_at, d.opened_at, d.machine_opened_at, d.clicked_at, d.machine_clicked_at
FROM deliveries_delivery d WHERE d.id = ANY(%s)
"""
TOLD = f"""
SELECT delivery_id, kind, key FROM deliveries_event
WHERE delivery_id = ANY(%s) AND source = '{SOURCE}'
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows say already. facts: kind -> time. told: kinds and keys of events."""

    accepted_at: datetime | None
    facts: Mapping[str, datetime | None]
    told: set[tuple[str, str]]


def judge_settled() -> int:
    """Judge what has settled, a slice at a time, and give how many hits that were.

    After a flood some of it is left for the next call.
    """
    done = 0
    for _ in range(SLICES):
        if not (taken := _one_slice()):
            break
        done += taken
    return done


@transaction.atomic
def _one_slice() -> int:
    taken: dict[int, list[tuple[Hit, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        rows = cursor.fetchall()
    for delivery, link, at, sign, client, url in rows:
        taken[delivery].append((Hit(link, at, sign, client), url))
    known = _known(list(taken))
    record(
        happening
        for delivery in sorted(known)
        for happening in happenings(delivery, taken[delivery], known[delivery])
    )
    return len(rows)


def _known(deliveries: list[int]) -> dict[int, Known]:
    """Read what is known of these; those that were deleted are left out."""
    told: dict[int, set[tuple[str, str]]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(TOLD, [deliveries])
        for delivery, kind, key in cursor.fetchall():
            told[delivery].add((kind, key))
        cursor.execute(KNOWN, [deliveries])
        kinds = ("opened", "machine_opened", "clicked", "machine_clicked")
        return {
            row[0]: Known(row[1], dict(zip(kinds, row[2:], strict=True)), told[row[0]])
            for row in cursor.fetchall()
        }


def happenings(delivery: int, hits: Sequence[tuple[Hit, str]], known: Known) -> Iterator[Happening]:
    """Say what the hits of one delivery are, leaving out what is known already."""
    verdicts = judge([hit for hit, _ in hits], known.accepted_at)
    new: dict[tuple[str, str], Happening] = {}
    for (hit, url), sign in sorted(
        zip(hits, verdicts, strict=True), key=lambda pair: pair[0][0].at
    ):
        for told in _told(delivery, hit, url, sign):
            if _is_news(told, known):
                new.setdefault((told.kind, told.key), told)
    yield from new.values()


def _told(delivery: int, hit: Hit, url: str, sign: Sign) -> Iterable[Happening]:
    """Tell one hit. Who follows a link has the message open, whether pictures are shown or not."""
    action = "clicked" if hit.link else "opened"
    kind = PREFIX[sign.who] + action
    key = f"{hit.link}.{hit.client or hit.sign}.{hit.at:%Y%m%d%H}"
    yield Happening(delivery, kind, hit.at, SOURCE, key, text=_words(hit, url, sign))
    if kind == "clicked":
        yield Happening(delivery, "opened", hit.at, SOURCE, "click", text="A link was followed.")


def _words(hit: Hit, url: str, sign: Sign) -> str:
    short = url if len(url) <= LONGEST_URL else url[: LONGEST_URL - 1] + "…"
    reason = f"{sign.words[:1].upper()}{sign.words[1:]}." if sign.words else ""
    return " · ".join(filter(None, (short, hit.client, reason)))


def _is_news(told: Happening, known: Known) -> bool:
    """Tell whether an event is new, or its fact is earlier than was known."""
    if told.key == "click":
        return known.facts["opened"] is None or told.at < known.facts["opened"]
    earliest = known.facts.get(told.kind)
    is_earlier = earliest is not None and told.at < earliest
    return is_earlier or (told.kind, told.key) not in known.told
