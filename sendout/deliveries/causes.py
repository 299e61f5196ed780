"""Why the deliveries of a send-out did not arrive, grouped in SQL and found again by the cause.

All rows are never looked at: each status is looked for among the few rows that have its fact
(partial indexes, see `models.RARE`), and only when the counts say that there are any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from typing import Any

from django.db.models import Q, QuerySet

from sendout.core.bounces.clusters import (
    CANCELLED,
    FAILING,
    SKIPPED,
    UNKNOWN,
    WAITING,
    Alike,
    key_of,
)
from sendout.core.bounces.diagnosis import Heard
from sendout.core.delivery.status import FAILED, Status
from sendout.deliveries.asking import ask
from sendout.deliveries.counting import Tally
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import PROOF
from sendout.finding.planner import among

MOST = 20_000  # rows of each status whose words are looked at
MOST_SKIPPED = 200_000
SAMPLED = 10  # batches from which a share is reckoned where there are more
AT_ONCE = 2_000  # rows that are read for one cause before it is seen whether more are needed
LONGEST = 40  # characters of a cause's name

# What `clusters.shape_of` makes of a server's words.
SHAPE = r"regexp_replace({text}, '[^ \n]*[@0-9][^ \n]*', '#', 'g')"
_WORDS = "left(d.error_text, 500)"
_DOMAIN = "lower(split_part(d.address, '@', 2))"

_OF = "d.sendout_id = %(sendout)s AND d.channel = %(channel)s"
_ROWS = f"""SELECT d.*, d.{{fact}} AS since FROM deliveries_delivery d
    WHERE {_OF} AND {{proof}} AND d.status = '{{status}}' AND d.id > %(after)s
    ORDER BY d.id LIMIT %(most)s"""
# Those that wait are in few batches; most that ever waited have left since. The ids of a batch are
# above those of the one before it, so no more batches are read than it takes.
_DEFERRED = f"""SELECT d.*, d.deferred_at AS since FROM (
        SELECT b.first, b.last, b.held FROM deliveries_batch b
        WHERE b.sendout_id = %(sendout)s AND b.channel = %(channel)s AND b.last > %(after)s
            AND (b.ready OR b.retry_at IS NOT NULL OR b.held IS NOT NULL)
        ORDER BY b.first
    ) b CROSS JOIN LATERAL (
        SELECT d.* FROM deliveries_delivery d
        WHERE {_OF} AND d.id BETWEEN b.first AND b.last AND d.deferred_at IS NOT NULL
            AND d.status = 'deferred' AND d.id <> ALL(COALESCE(b.held, '{{}}'))
            AND d.id > %(after)s
        ORDER BY d.id LIMIT %(most)s
    ) d LIMIT %(most)s"""
TROUBLED: dict[str, str] = {
    Status.BOUNCED: _ROWS.format(
        fact="bounced_at", proof="d.bounced_at IS NOT NULL", status="bounced"
    ),
    Status.ERROR: _ROWS.format(fact="failed_at", proof="d.failed_at IS NOT NULL", status="error"),
    Status.DEFERRED: _DEFERRED,
    Status.UNKNOWN: _ROWS.format(fact="deferred_at", proof="d.unsure > 0", status="unknown"),
}
OF_STAGE = {FAILING: FAILED, WAITING: (Status.DEFERRED,)}

# Most servers say the same to all, so what is said is put together before it is taken apart.
GROUPED = f"""
WITH said AS (
    SELECT d.error_code AS code, {_DOMAIN} AS domain, {_WORDS} AS text, count(*) AS n,
        min(d.since) AS since, min(d.next_try_at) AS next_try
    FROM ({{rows}}) d GROUP BY 1, 2, 3
)
SELECT code, domain, {SHAPE.format(text="text")} AS shape, min(text), sum(n)::bigint,
    min(since), min(next_try)
FROM said GROUP BY 1, 2, 3
"""
SKIPS = f"""
SELECT skip_reason, count(*) FROM (
    SELECT d.skip_reason FROM deliveries_delivery d
    WHERE {_OF} AND d.skipped_at IS NOT NULL AND d.status = 'skipped' LIMIT {MOST_SKIPPED}
) few GROUP BY 1
"""
NEXT = f"SELECT d.id, d.error_code, {_WORDS} FROM ({{rows}}) d ORDER BY d.id"
HEARD = f"""
SELECT {_DOMAIN}, count(*), count(*) FILTER (WHERE d.status = ANY(%(refused)s))
FROM deliveries_batch b
JOIN deliveries_delivery d ON d.id BETWEEN b.first AND b.last AND {_OF} AND d.batch = b.ordinal
WHERE b.sendout_id = %(sendout)s AND b.channel = %(channel)s AND b.ordinal %% %(step)s = 0
    AND d.status NOT IN ('queued', 'skipped', 'cancelled')
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One channel of a send-out with its counts, whose causes are asked for."""

    sendout: int
    channel: str
    tally: Tally

    @property
    def values(self) -> dict[str, Any]:
        """What the statements here are about."""
        return {"sendout": self.sendout, "channel": self.channel, "after": 0, "most": MOST}

    def has(self, status: str) -> int:
        """How many have the status."""
        return self.tally.by_status.get(status, 0)


def alike(part: Part) -> list[Alike]:
    """Give all that did not arrive, put together where they ended alike.

    They add up to the counts: of more than `MOST` with one status the rest is not looked at.
    """
    found = [each for status in TROUBLED if part.has(status) for each in _troubled(part, status)]
    if part.has(Status.SKIPPED):
        found += skips(part)
    if part.has(Status.CANCELLED):
        found.append(Alike(Status.CANCELLED, part.has(Status.CANCELLED)))
    return found


def _troubled(part: Part, status: str) -> list[Alike]:
    found = [
        Alike(status, n, domain, "", code, shape, text, since, next_try)
        for code, domain, shape, text, n, since, next_try in ask(
            GROUPED.format(rows=TROUBLED[status]), part.values
        )
    ]
    return found + _rest(part, status, found, MOST)


def skips(part: Part) -> list[Alike]:
    """Give those that were skipped, put together by the reason."""
    found = [Alike(Status.SKIPPED, n, "", reason) for reason, n in ask(SKIPS, part.values)]
    return found + _rest(part, Status.SKIPPED, found, MOST_SKIPPED)


def _rest(part: Part, status: str, found: list[Alike], most: int) -> list[Alike]:
    seen = sum(each.n for each in found)
    more = part.has(status) - seen
    return [Alike(status, more, looked_at=False)] if seen >= most and more > 0 else []


def heard(part: Part) -> Heard:
    """Count by domain who was asked and who refused: all, or a sample where there are many."""
    [[batches]] = ask(
        "SELECT max(ordinal) FROM deliveries_batch WHERE sendout_id = %(sendout)s"
        " AND channel = %(channel)s",
        part.values,
    )
    step = max(1, (batches or 1) // SAMPLED)
    refused = [Status.BOUNCED, Status.ERROR, Status.DEFERRED]
    rows = ask(HEARD, part.values | {"step": step, "refused": refused})
    return Heard({domain: (asked, no) for domain, asked, no in rows}, whole=step == 1)


def looked_for(key: str) -> bool:
    """Whether the rows with this cause are found by what servers said."""
    return key.partition("-")[0] in OF_STAGE


def matching(part: Part, key: str) -> Iterator[int]:
    """Give the ids of the failed or waiting deliveries with a cause, in their order.

    As many rows are read as are asked for, and no more than `MOST` of each status.
    """
    statuses = OF_STAGE.get(key.partition("-")[0], ())
    return merge(*(_matching(part, status, key) for status in statuses if part.has(status)))


def _matching(part: Part, status: str, key: str) -> Iterator[int]:
    statement = NEXT.format(rows=TROUBLED[status])
    after, left = 0, MOST
    while left > 0:
        asked = min(AT_ONCE, left)
        rows = ask(statement, part.values | {"after": after, "most": asked})
        yield from (pk for pk, code, text in rows if key_of(status, code, text) == key)
        if len(rows) < asked:
            return
        after = rows[-1][0]
        left -= asked


def with_cause(deliveries: QuerySet[Delivery], part: Part, key: str) -> QuerySet[Delivery]:
    """Keep the deliveries of this channel with the cause; none for one that does not occur."""
    stage, _, why = key.partition("-")
    if stage == SKIPPED:
        return deliveries.filter(PROOF[SKIPPED], status=Status.SKIPPED, skip_reason=why)
    if key in (CANCELLED, UNKNOWN):
        return deliveries.filter(PROOF.get(key, Q()), status=key)
    return deliveries.filter(among("deliveries_delivery.id", list(matching(part, key))))
