"""The usual case of `record`, at half its cost: what waited for its first try has been accepted.

A row whose status is `queued` has no fact that is stronger, so with `accepted` it is `sent`: the
same end as `record` computes for it (a law of the tests). Rows of any other status are left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sendout.deliveries.hot import hot_cursor
from sendout.usage.ledger import BOOKED

# Added up by country, which the counts put together again: one look at the rows for both.
# Arrays come as one text each: PostgreSQL takes that apart faster than psycopg makes a list; an
# empty text is an array of none, not of one that is empty. The ids are given back only when some
# were left alone.
_ACCEPT = f"""
WITH told AS (
    SELECT * FROM unnest(
        string_to_array(%(deliveries)s, ',')::bigint[],
        string_to_array(%(refs)s, E'\\x1f'),
        string_to_array(%(segments)s, ',')::smallint[],
        string_to_array(%(prices)s, ',')::bigint[]{{countries}})
        AS t (delivery, ref, segments, price{{country}})
), changed AS (
    UPDATE deliveries_delivery d SET accepted_at = %(at)s, status = 'sent', attempt = 1,
        provider_ref = COALESCE(t.ref, ''), segments = t.segments, price = t.price{{set}}
    FROM told t WHERE d.id = t.delivery AND d.status = 'queued'
    RETURNING d.id, d.organisation_id, d.sendout_id, d.channel, {{returned}}d.segments, d.price
), moved AS (
    SELECT organisation_id, sendout_id, channel, {{of}}, count(*) AS whole,
        count(*) FILTER (WHERE segments > 0 OR price > 0) AS n,
        sum(segments) AS segments, sum(price) AS price
    FROM changed GROUP BY 1, 2, 3, 4
), counted AS (
    INSERT INTO deliveries_count AS k
        (sendout_id, channel, status, n, accepted, delivered, opened, clicked)
    SELECT sendout_id, channel, status, sum(sign * whole), sum(accepted * whole), 0, 0, 0
    FROM moved CROSS JOIN (VALUES ('queued', -1, 0), ('sent', 1, 1)) AS t (status, sign, accepted)
    GROUP BY sendout_id, channel, status ORDER BY sendout_id, channel, status
    ON CONFLICT (sendout_id, channel, status) DO UPDATE SET
        n = k.n + EXCLUDED.n, accepted = k.accepted + EXCLUDED.accepted
    RETURNING 1
), charged AS (SELECT * FROM moved WHERE n > 0), {BOOKED}
SELECT count(*), CASE WHEN count(*) < %(told)s THEN array_agg(id) END FROM changed
"""
# Only texts have a country; a row begins without one.
ACCEPT = _ACCEPT.format(countries="", country="", set="", returned="", of="'' AS country")
ACCEPT_BY_COUNTRY = _ACCEPT.format(
    countries=", string_to_array(%(countries)s, ',')",
    country=", country",
    set=", country = COALESCE(t.country, '')",
    returned="d.country, ",
    of="country",
)
SEPARATOR = "\x1f"

Accepted = tuple[int, str, int, int, str]
"""Delivery, the provider's reference (no control character), segments, price, country."""


def _joined(values: Sequence[int | str]) -> str:
    """Write them as one text; nearly always all are the same."""
    if len(set(values)) == 1:
        return (f"{values[0]}," * len(values))[:-1]
    return ",".join(map(str, values))


def accept(at: datetime, rows: Sequence[Accepted]) -> list[Accepted]:
    """Record that these were accepted at their first try, in the order of their ids.

    Gives those that were not waiting for it; they are untouched.
    """
    deliveries, refs, segments, prices, countries = zip(*rows, strict=True)
    values: dict[str, Any] = {
        "at": at,
        "now": at,
        "told": len(rows),
        "deliveries": ",".join(map(str, deliveries)),
        "refs": SEPARATOR.join(refs),
        "segments": _joined(segments),
        "prices": _joined(prices),
        "countries": _joined(countries),
    }
    statement = ACCEPT_BY_COUNTRY if any(countries) else ACCEPT
    with hot_cursor() as cursor:
        [(n, done)] = cursor.execute(statement, values, prepare=True).fetchall()
    if n == len(rows):
        return []
    known = set(done or ())
    return [row for row in rows if row[0] not in known]
