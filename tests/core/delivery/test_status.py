"""Facts to status: a law for any set of facts, and the same in SQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.core.delivery.status import (
    LABELS,
    NUMBERS,
    TIMES,
    Facts,
    Status,
    merge,
    status,
    status_sql,
)

START = datetime(2026, 1, 5, 16, tzinfo=UTC)
times = st.none() | st.integers(0, 50).map(lambda m: START + timedelta(minutes=m))
numbers = st.integers(0, 4)
facts = st.builds(Facts, **dict.fromkeys(TIMES, times), **dict.fromkeys(NUMBERS, numbers))


@given(facts, facts, facts)
def test_merging_gives_the_same_in_any_order_and_any_repetition(a: Facts, b: Facts, c: Facts):
    assert merge(a, b) == merge(b, a)
    assert merge(a, merge(b, c)) == merge(merge(a, b), c)
    assert merge(a, a) == a


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(facts)
def test_sql_says_the_same_as_the_function(known: Facts):
    columns = ", ".join(f"%({n})s::timestamptz AS {n}" for n in TIMES)
    counts = ", ".join(f"%({n})s::int AS {n}" for n in NUMBERS)
    values = {name: getattr(known, name) for name in (*TIMES, *NUMBERS)}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {status_sql()} FROM (SELECT {columns}, {counts}) AS f", values)  # noqa: S608
        assert cursor.fetchone()[0] == status(known)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Facts(), Status.QUEUED),
        (Facts(attempt=1, unsure=1), Status.UNKNOWN),
        (Facts(attempt=1, answered=1), Status.DEFERRED),
        (Facts(attempt=2, answered=1, unsure=2), Status.UNKNOWN),
        (Facts(attempt=1, accepted_at=START), Status.SENT),
        (Facts(attempt=1, delivered_at=START), Status.DELIVERED),
        (Facts(opened_at=START, delivered_at=START), Status.OPENED),
        (Facts(machine_opened_at=START, accepted_at=START), Status.SENT),
        (Facts(accepted_at=START, bounced_at=START, opened_at=START), Status.BOUNCED),
        (Facts(complained_at=START, bounced_at=START), Status.COMPLAINED),
        (Facts(skipped_at=START), Status.SKIPPED),
        (Facts(cancelled_at=START, attempt=1, answered=1), Status.CANCELLED),
        (Facts(failed_at=START, attempt=9, answered=9), Status.ERROR),
    ],
)
def test_the_strongest_fact_decides(known: Facts, expected: Status):
    assert status(known) == expected


def test_a_weaker_fact_never_takes_a_status_back():
    clicked = Facts(accepted_at=START, clicked_at=START)
    assert status(merge(clicked, replace(Facts(), delivered_at=START))) == Status.CLICKED


def test_every_status_has_a_word():
    assert set(LABELS) == set(Status)
