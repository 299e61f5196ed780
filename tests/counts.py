"""The law of the counts, held after every test that has a database: nothing is counted wrongly.

Pages never count rows; they read `deliveries_count`. So after each test of the suite the counts
are compared with a recount of the rows, and each status with what its facts say. So is what was
charged: the prices of the rows are the usage, and what was not taken costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from sendout.core.delivery.status import status_sql
from sendout.deliveries.charging import proven

Ask = Callable[[str], list[tuple[Any, ...]]]

FACTS = ("accepted", "delivered", "opened", "clicked")
_KEPT = ", ".join(f"COALESCE(k.{name}, 0)" for name in ("n", *FACTS))
_COUNTED = ", ".join(f"COALESCE(r.{name}, 0)" for name in ("n", *FACTS))
_FACTS = ", ".join(f"count({name}_at) AS {name}" for name in FACTS)
_ROWS = f"""SELECT sendout_id, channel, status, count(*) AS n, {_FACTS}
    FROM deliveries_delivery GROUP BY 1, 2, 3"""  # noqa: S608 - all of it is ours
# What is kept beside what is there, where the two differ.
DIFFERENCES = f"""
SELECT sendout_id, channel, status, ARRAY[{_KEPT}] AS kept, ARRAY[{_COUNTED}] AS counted
FROM deliveries_count k FULL JOIN ({_ROWS}) r USING (sendout_id, channel, status)
WHERE ({_KEPT}) IS DISTINCT FROM ({_COUNTED})
"""  # noqa: S608
UNTRUE = f"""
SELECT id, status, {status_sql()} FROM deliveries_delivery d WHERE status <> {status_sql()}
"""  # noqa: S608
_WHAT = "organisation_id, sendout_id, channel, country"
_SUMS = "sum(segments) AS segments, sum(price) AS price"
_CHARGED = f"""SELECT {_WHAT}, count(*) AS n, {_SUMS} FROM deliveries_delivery d
    WHERE {proven("d")} AND (segments > 0 OR price > 0) GROUP BY {_WHAT}"""  # noqa: S608
_BOOKED = f"""SELECT organisation_id, sendout AS sendout_id, channel, country, sum(n) AS n, {_SUMS}
    FROM usage_usage WHERE sendout IN (SELECT id FROM sendouts_sendout) GROUP BY 1, 2, 3, 4
    """  # noqa: S608
# What the rows were charged beside what the ledger has, where the two differ.
UNBOOKED = f"""
SELECT {_WHAT}, ARRAY[c.n, c.segments, c.price] AS charged,
    ARRAY[b.n, b.segments, b.price] AS booked
FROM ({_CHARGED}) c FULL JOIN ({_BOOKED}) b USING ({_WHAT})
WHERE (c.n, c.segments, c.price) IS DISTINCT FROM (b.n, b.segments, b.price)
"""  # noqa: S608
# What was not taken and has a price, or was taken and waits for one.
UNCHARGED = f"""
SELECT id, status, price, quoted FROM deliveries_delivery d
WHERE (price <> 0 AND NOT {proven("d")}) OR (quoted IS NOT NULL AND {proven("d")})
    OR (price <> 0 AND status IN ('skipped', 'cancelled', 'error'))
"""  # noqa: S608
RECOUNT = f"""
DELETE FROM deliveries_count;
INSERT INTO deliveries_count (sendout_id, channel, status, n, {", ".join(FACTS)}) {_ROWS}
"""  # noqa: S608


def assert_counted(ask: Ask) -> None:
    """State that counts equal a recount of the rows, and that statuses follow from the facts."""
    assert ask(DIFFERENCES) == [], "send-out, channel, status, what is kept, what is there"
    assert ask(UNTRUE) == [], "delivery, its status, and what its facts say"


def assert_charged(ask: Ask) -> None:
    """State that what the rows were charged is what the ledger has, row for row of it."""
    assert ask(UNBOOKED) == [], "send-out, channel, country, its rows, its usage: n, parts, price"
    assert ask(UNCHARGED) == [], "delivery, status, price, and what it would cost"


def recount() -> None:
    """Count the rows anew, for a test that has made or changed some by its own hand."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)


def in_database(statement: str) -> list[tuple[Any, ...]]:
    """Ask the database of the test."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture(autouse=True)
def law_of_counts(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold the law after each test with a database."""
    marked = request.node.get_closest_marker("django_db") is not None
    if not marked and not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    yield
    if not connection.needs_rollback:
        assert_counted(in_database)
        assert_charged(in_database)
