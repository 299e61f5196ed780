"""The only writer of status: facts go in, rows, counts and events follow in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from sendout.core.delivery.status import NUMBERS, TIMES, status_sql
from sendout.deliveries.accept import Accepted, accept
from sendout.deliveries.charging import charged, priced, proven
from sendout.deliveries.counting import COUNT_CHANGES
from sendout.usage.ledger import BOOKED


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a delivery, as it is told to `record`.

    kind: a fact of `core.delivery.status.FACTS`; `deferred` or `unsure`, which speak of one
    attempt; anything else is kept as an event and changes no status. `accepted` makes no event:
    the row keeps it whole.
    at: aware. source, key: who says so, and what makes it the same event when it is told twice.
    text, code: the words and the code of a refusal. ref: the provider's id. segments, price,
    country: what it costs, in millionths of the organisation's currency; charged once, as
    `deliveries.charging` says.
    """

    delivery: int
    kind: str
    at: datetime
    source: str = "engine"
    key: str = ""
    text: str = ""
    code: str = ""
    ref: str = ""
    attempt: int = 0
    next_try_at: datetime | None = None
    segments: int = 0
    price: int = 0
    country: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What `record` did to one delivery."""

    delivery: int
    sendout: int
    channel: str
    before: str
    after: str


_COLUMNS = {
    "delivery": "bigint",
    "kind": "text",
    "at": "timestamptz",
    "source": "text",
    "key": "text",
    "text": "text",
    "code": "text",
    "ref": "text",
    "attempt": "smallint",
    "next_try_at": "timestamptz",
    "segments": "smallint",
    "price": "bigint",
    "country": "text",
}
_TOLD = ", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())
_MERGED_TIMES = ",\n        ".join(
    f"min(at) FILTER (WHERE kind = '{name.removesuffix('_at')}') AS {name}" for name in TIMES
)
_NEW_TIMES = ",\n        ".join(f"LEAST(h.{name}, m.{name}) AS {name}" for name in TIMES)
_SET_FACTS = ", ".join(f"{name} = c.{name}" for name in (*TIMES, *NUMBERS))
# The one fact of every delivery, which its row keeps whole: when, and the provider's reference.
QUIET = "accepted"
# A row keeps the words of one refusal: of the strongest kind, then the earliest. So these, too, are
# the same in whatever order the refusals are told.
_REFUSALS = "ARRAY['complained', 'bounced', 'failed']"
_RANK = f"array_position({_REFUSALS}, kind)"
_FIRST = f"ORDER BY {_RANK}, at, code DESC, text DESC) FILTER (WHERE {_RANK} IS NOT NULL))[1]"
_HELD_RANK = """CASE WHEN h.complained_at IS NOT NULL THEN 1 WHEN h.bounced_at IS NOT NULL THEN 2
            WHEN h.failed_at IS NOT NULL THEN 3 END"""
_HELD_AT = "COALESCE(h.complained_at, h.bounced_at, h.failed_at)"
_TOLD_WINS = f"""m.rank IS NOT NULL AND ({_HELD_RANK} IS NULL
            OR (m.rank, m.said_at) < ({_HELD_RANK}, {_HELD_AT})
            OR ((m.rank, m.said_at) = ({_HELD_RANK}, {_HELD_AT})
                AND (m.code, m.text) > (h.error_code, h.error_text)))"""
_WORDS = """CASE WHEN {told_wins} THEN m.{name}
            WHEN {held_rank} IS NULL THEN COALESCE(m.deferred_{name}, h.error_{name})
            ELSE h.error_{name} END AS error_{name}"""
_ERROR_CODE, _ERROR_TEXT = (
    _WORDS.format(told_wins=_TOLD_WINS, held_rank=_HELD_RANK, name=name)
    for name in ("code", "text")
)

# Rows are locked in the order of their ids and counts in theirs, so that two callers never wait
# for each other. A row's new facts are the earliest times and highest numbers of old and told.
RECORD = f"""
WITH told AS (
    SELECT * FROM unnest({_TOLD}) AS t ({", ".join(_COLUMNS)})
), merged AS (
    SELECT delivery,
        {_MERGED_TIMES},
        max(attempt) AS attempt,
        max(attempt) FILTER (WHERE kind = 'deferred') AS answered,
        max(attempt) FILTER (WHERE kind = 'unsure') AS unsure,
        max(at) FILTER (WHERE kind = 'deferred') AS deferred_at,
        max(next_try_at) AS next_try_at,
        max(ref) AS ref,
        max(segments) AS segments,
        max(price) AS price,
        max(country) AS country,
        bool_or(segments > 0 OR price > 0) AS priced,
        min({_RANK}) AS rank,
        (array_agg(at {_FIRST} AS said_at,
        (array_agg(code {_FIRST} AS code,
        (array_agg(text {_FIRST} AS text,
        max(code) FILTER (WHERE kind = 'skipped') AS skip_reason,
        max(code) FILTER (WHERE kind IN ('deferred', 'unsure')) AS deferred_code,
        max(text) FILTER (WHERE kind IN ('deferred', 'unsure')) AS deferred_text
    FROM told GROUP BY delivery
), held AS (
    SELECT d.* FROM deliveries_delivery d JOIN merged m ON m.delivery = d.id
    ORDER BY d.id FOR UPDATE OF d
), facts AS (
    SELECT h.id, h.sendout_id, h.channel, h.status AS old_status,
        h.accepted_at IS NOT NULL AS old_accepted, h.delivered_at IS NOT NULL AS old_delivered,
        h.opened_at IS NOT NULL AS old_opened, h.clicked_at IS NOT NULL AS old_clicked,
        {_NEW_TIMES},
        GREATEST(h.attempt, m.attempt) AS attempt,
        GREATEST(h.answered, m.answered) AS answered,
        GREATEST(h.unsure, m.unsure) AS unsure,
        COALESCE(m.deferred_at, h.deferred_at) AS deferred_at,
        COALESCE(m.next_try_at, h.next_try_at) AS next_try_at,
        COALESCE(NULLIF(m.ref, ''), h.provider_ref) AS provider_ref,
        CASE WHEN {priced("h")} THEN h.segments ELSE m.segments END AS segments,
        CASE WHEN {priced("h")} THEN h.country ELSE m.country END AS country,
        CASE WHEN {priced("h")} THEN COALESCE(h.quoted, h.price)
            WHEN m.priced THEN m.price END AS known,
        {proven("h")} AND {priced("h")} AS old_charged,
        COALESCE(m.skip_reason, h.skip_reason) AS skip_reason,
        {_ERROR_CODE},
        {_ERROR_TEXT}
    FROM held h JOIN merged m ON m.delivery = h.id
), computed AS (
    SELECT *, {status_sql()} AS status, {proven("facts")} AND known IS NOT NULL AS charged
    FROM facts
), changed AS (
    UPDATE deliveries_delivery d SET {_SET_FACTS}, status = c.status,
        deferred_at = c.deferred_at, next_try_at = c.next_try_at, provider_ref = c.provider_ref,
        segments = c.segments, country = c.country,
        price = CASE WHEN c.charged THEN c.known ELSE 0 END,
        quoted = CASE WHEN NOT c.charged THEN c.known END, skip_reason = c.skip_reason,
        error_code = c.error_code, error_text = c.error_text
    FROM computed c WHERE d.id = c.id
    RETURNING d.id, d.organisation_id, d.sendout_id, d.channel, c.old_status, d.status,
        d.segments, d.price, d.country, c.charged AND NOT c.old_charged AS newly_charged,
        c.old_accepted, c.old_delivered, c.old_opened, c.old_clicked,
        d.accepted_at IS NOT NULL AS accepted, d.delivered_at IS NOT NULL AS delivered,
        d.opened_at IS NOT NULL AS opened, d.clicked_at IS NOT NULL AS clicked
), {COUNT_CHANGES}, {charged("newly_charged")}, {BOOKED}, noted AS (
    INSERT INTO deliveries_event (delivery_id, kind, at, source, key, text)
    SELECT t.delivery, t.kind, t.at, t.source, t.key, t.text
    FROM told t JOIN held h ON h.id = t.delivery
    WHERE t.kind <> '{QUIET}'
    ON CONFLICT (delivery_id, kind, source, key) DO NOTHING
)
SELECT id, sendout_id, channel, old_status, status FROM changed
"""


LOCK = """
SELECT count(*) FROM (
    SELECT 1 FROM deliveries_delivery WHERE id = ANY(%(deliveries)s) ORDER BY id FOR NO KEY UPDATE
) AS locked
"""


def record(happenings: Iterable[Happening], now: datetime | None = None) -> list[Change]:
    """Write what happened, each thing once however often it is told, and give what changed.

    now: the day on which it is charged is the one that this is in; the clock's, if not given.
    Facts about a delivery that does not exist are ignored. Runs in the caller's transaction.
    """
    told = list(happenings)
    if not told:
        return []
    columns = {name: [getattr(h, name) for h in told] for name in _COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(RECORD, columns | {"now": now or timezone.now()})
        return [Change(*row) for row in cursor.fetchall()]


def record_slice(at: datetime, accepted: Sequence[Accepted], others: Iterable[Happening]) -> None:
    """Write the answers to one slice: what was accepted at its first try, and all else.

    accepted: in the order of their ids; `at` is their time. Does the same as `record`, quicker.
    """
    # Counts are locked in the order of their statuses (`counting`): `unknown` after `sent`, all
    # others before. In any other order, slices and receipts waited for each other in circles.
    told = list(others)
    known = {h.delivery for h in told if h.kind != "unsure"}
    first = [h for h in told if h.delivery in known]
    last = [h for h in told if h.delivery not in known]
    if bool(first) + bool(accepted) + bool(last) > 1:
        _lock_rows([*(h.delivery for h in told), *(row[0] for row in accepted)])
    record(first, at)
    if accepted:
        record((_told(at, row) for row in accept(at, accepted)), at)
    record(last, at)


def _lock_rows(deliveries: list[int]) -> None:
    """Lock rows that several statements will write, in the order in which receipts lock theirs."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"deliveries": deliveries})


def _told(at: datetime, row: Accepted) -> Happening:
    delivery, ref, segments, price, country = row
    return Happening(
        delivery,
        QUIET,
        at,
        ref=ref,
        attempt=1,
        segments=segments,
        price=price,
        country=country,
    )
