"""Quiet hours, by the clock of who would get a text."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.quiet import QuietHours, night, zone_of

NIGHT = QuietHours(time(21), time(8))
TORONTO = "America/Toronto"


def at(zone: str, *clock: int, day: int = 25) -> datetime:
    return datetime(2026, 11, day, *clock, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [((20, 59), False), ((21, 0), True), ((23, 10), True), ((0, 0), True), ((7, 59), True),
     ((8, 0), False), ((12, 0), False)],
)  # fmt: skip
def test_the_night_goes_past_midnight(clock: tuple[int, int], quiet: bool) -> None:
    assert NIGHT.hold(at(TORONTO, *clock), TORONTO) is quiet


def test_a_pause_at_noon_does_not() -> None:
    noon = QuietHours(time(12), time(13, 30))
    assert noon.hold(at(TORONTO, 13), TORONTO)
    assert not noon.hold(at(TORONTO, 13, 30), TORONTO)
    assert not noon.hold(at(TORONTO, 23), TORONTO)


@pytest.mark.parametrize(
    ("phone", "told", "zone"),
    [
        ("+15145550199", "", "America/Toronto"),
        ("+16045550199", "", "America/Vancouver"),
        ("+33612345678", "", "Europe/Paris"),
        ("+17095550100", "", "America/Regina"),  # two zones in Newfoundland and Labrador
        ("+18005550199", "", "America/Regina"),
        ("", "", "America/Regina"),
        ("nobody", "", "America/Regina"),
        ("+15145550199", "Asia/Tokyo", "Asia/Tokyo"),
        ("+15145550199", "Mars/Base", "America/Toronto"),
    ],
)
def test_a_number_tells_its_zone_where_it_has_only_one(phone: str, told: str, zone: str) -> None:
    assert zone_of(phone, "America/Regina", told) == zone


def test_it_is_said_whom_it_would_wake_and_what_their_clocks_say() -> None:
    people = {TORONTO: 120, "America/New_York": 3, "America/St_Johns": 7, "America/Vancouver": 50}
    found = night(people, NIGHT, at(TORONTO, 23, 10))
    assert found is not None
    assert found.clocks == (("23:10", 123), ("00:40", 7))
    assert found.people == 130
    assert str(found) == "23:10 for 123, 00:40 for 7"
    # At 8:00 in Vancouver nobody sleeps.
    assert found.morning == at("America/Vancouver", 8, 0, day=26)


def test_at_noon_nobody_is_woken() -> None:
    assert night({TORONTO: 120}, NIGHT, at(TORONTO, 12)) is None
    assert night({}, NIGHT, at(TORONTO, 23)) is None


def test_where_it_is_always_night_for_somebody_the_first_morning_is_named() -> None:
    long = QuietHours(time(9), time(8, 30))
    found = night({"Asia/Tokyo": 1, TORONTO: 1}, long, at(TORONTO, 12))
    assert found is not None
    assert found.morning == datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


times = st.times().map(lambda clock: clock.replace(microsecond=0))
zones = st.sampled_from([TORONTO, "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "UTC"])


@given(
    times, times, st.dictionaries(zones, st.integers(1, 9), min_size=1, max_size=1),
    st.integers(0, 2 * 366 * 24 * 60),
)  # fmt: skip
def test_after_the_morning_it_is_quiet_no_more(
    begin: time, end: time, people: dict[str, int], minutes: int
) -> None:
    hours = QuietHours(begin, end)
    found = night(people, hours, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
    if found:
        assert found.morning > found.at
        assert night(people, hours, found.morning) is None
