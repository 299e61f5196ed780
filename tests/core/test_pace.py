"""When the last message will have left, told from what is left and how fast it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.pace import Load, ahead, recent, speed

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def test_a_minute_that_lies_inside_in_part_counts_in_part() -> None:
    counts = {NOON - timedelta(minutes=1): 600, NOON: 50}
    assert recent(counts, NOON + timedelta(seconds=15), 1) == pytest.approx(600 * 45 / 60 + 50)


def test_minutes_of_long_ago_do_not_count() -> None:
    assert recent({NOON - timedelta(minutes=11): 600}, NOON, 10) == 0


def test_without_a_pace_the_measured_speed_counts() -> None:
    assert speed(0, 600, 60) == 10


def test_nobody_knows_the_speed_before_the_first_message() -> None:
    assert speed(0, 0, 0) == 0


def test_a_pace_is_believed_until_the_server_proves_slower() -> None:
    assert speed(100, 20, 2) == 100
    assert speed(100, 600, 60) == 10
    assert speed(5, 600, 60) == 5


def test_a_send_out_alone_waits_for_nobody() -> None:
    assert ahead(Load(1000, 500), []) == 0


def test_a_shorter_send_out_goes_before_the_end_of_a_longer_one() -> None:
    long, short = Load(10_000, 9_000), Load(50, 50)
    assert ahead(long, [short]) == 50
    assert ahead(short, [long]) == 0
    assert ahead(short, [Load(10_000, 10_000)]) == 50


def test_an_urgent_send_out_goes_before_all() -> None:
    newsletter, closure = Load(10_000, 9_000), Load(20_000, 20_000, urgent=True)
    assert ahead(newsletter, [closure]) == 20_000
    assert ahead(closure, [newsletter]) == 0


loads = st.builds(
    lambda total, done, urgent: Load(total, max(0, total - done), urgent),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.booleans(),
)


@given(loads, st.lists(loads, max_size=5))
def test_others_never_count_for_more_than_they_are(own: Load, others: list[Load]) -> None:
    assert ahead(own, others) >= 0
    assert ahead(own, others) <= sum(other.left for other in others)
