"""A warm-up grows by half each day, ends at its target, and its end can be foretold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.warmup import MOST_DAYS, Warming, allowed, days, days_full

numbers = st.integers(1, 2**31 - 1)


def test_it_grows_by_half_and_is_rounded_up() -> None:
    assert [allowed(100, 500, day) for day in range(5)] == [100, 150, 225, 338, None]
    assert [allowed(1, 5, day) for day in range(5)] == [1, 2, 3, 4, None]
    assert days(100, 500) == 4


def test_without_a_first_number_there_is_no_limit() -> None:
    assert allowed(0, 500, 0) is None
    assert days(0, 0) == 0


@given(numbers, numbers)
def test_it_never_shrinks_never_reaches_its_target_and_always_ends(first: int, target: int) -> None:
    limits = [allowed(first, target, day) for day in range(days(first, target))]
    known = [limit for limit in limits if limit is not None]
    assert known == limits == sorted(known)
    assert all(first <= limit <= target for limit in known)
    assert allowed(first, target, days(first, target)) is None
    assert allowed(first, target, 10_000) is None
    assert days(first, target) < MOST_DAYS


@given(numbers, numbers, st.integers(0, 10**7), st.integers(0, 10**9))
def test_what_is_left_after_whole_days_fits_into_one(
    first: int, target: int, sent: int, messages: int
) -> None:
    way = Warming(first, target, 0, sent)
    later, rest = days_full(messages, [way])
    room = way.left(later)
    assert room is None or rest <= room
    assert messages - rest == sum(way.left(day) or 0 for day in range(later))


def test_one_without_a_limit_takes_what_is_over_today() -> None:
    assert days_full(10_000, [Warming(10, 100, 0, 10), None]) == (0, 10_000)
