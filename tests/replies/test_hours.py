"""When an office is open, and when it opens."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.replies.hours import Hours

TORONTO = ZoneInfo("America/Toronto")
WEEKDAYS = Hours(range(5), time(9), time(17), TORONTO)


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """Give a time in 2026; 1 June is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("when", "opens", "since"),
    [
        (at(1, 8, 59), at(1, 9), at(29, 17, month=5)),
        (at(1, 17), at(2, 9), at(1, 17)),
        (at(5, 23), at(8, 9), at(5, 17)),  # Friday night
        (at(7, 12), at(8, 9), at(5, 17)),  # Sunday
        (at(8, 0), at(8, 9), at(5, 17)),
    ],
)
def test_a_closed_office_opens_next(when: datetime, opens: datetime, since: datetime):
    assert not WEEKDAYS.open_at(when)
    assert WEEKDAYS.opens_next(when) == opens
    assert WEEKDAYS.closed_since(when) == since


@pytest.mark.parametrize("when", [at(1, 9), at(3, 12), at(5, 16, 59)])
def test_an_open_office_need_not_open(when: datetime):
    assert WEEKDAYS.open_at(when)
    assert WEEKDAYS.opens_next(when) == when


def test_one_without_days_never_closes():
    assert Hours((), time(9), time(9), TORONTO).open_at(at(7, 3))


def test_the_clock_is_the_organisations():
    assert WEEKDAYS.open_at(datetime(2026, 6, 1, 20, 59, tzinfo=ZoneInfo("UTC")))
    assert not WEEKDAYS.open_at(datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("UTC")))


days = st.sets(st.integers(0, 6), min_size=1)
moments = st.integers(0, 700 * 24 * 60).map(lambda n: at(1, 0) + timedelta(minutes=n))


@given(days=days, when=moments)
def test_it_is_open_when_it_opens_and_closed_since_it_closed(days: set[int], when: datetime):
    hours = Hours(days, time(8, 30), time(12), TORONTO)
    opening = hours.opens_next(when)
    assert opening >= when
    assert hours.open_at(opening)
    if not hours.open_at(when):
        since = hours.closed_since(when)
        assert since <= when
        assert not hours.open_at(since)
        assert hours.opens_next(since) == opening
