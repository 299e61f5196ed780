"""Calendars as other programs write them, taken apart into single events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.ical.apart import read_apart
from sendout.core.ical.event import BadCalendar, Event
from sendout.core.ical.reading import Window, read_calendar

MONTREAL, PARIS = ZoneInfo("America/Montreal"), ZoneInfo("Europe/Paris")
YEAR = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), MONTREAL)


def calendar(*events: str) -> bytes:
    """Write a calendar of events, each given as its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Pool//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*map(str.strip, lines), "END:VCALENDAR", ""]).encode()


def local(events: list[Event], zone: ZoneInfo = MONTREAL) -> list[str]:
    """Give when events begin, on the clocks of a zone."""
    return [f"{event.starts.astimezone(zone):%m-%d %H:%M}" for event in events]


WEEKLY = """UID:beginners@pool.example
DTSTART;TZID=America/Montreal:20260224T170000
DTEND;TZID=America/Montreal:20260224T180000
SUMMARY:Tuesday beginners
LOCATION:Small pool
CATEGORIES:Swimming,Children"""


def test_a_weekly_event_keeps_its_time_when_the_clocks_change() -> None:
    found = read_calendar(calendar(f"{WEEKLY}\nRRULE:FREQ=WEEKLY;COUNT=4"), YEAR)
    assert local(found) == ["02-24 17:00", "03-03 17:00", "03-10 17:00", "03-17 17:00"]
    assert [event.starts.hour for event in found] == [22, 22, 21, 21]
    assert [event.key for event in found] == [
        "2026-02-24",
        "2026-03-03",
        "2026-03-10",
        "2026-03-17",
    ]
    first = found[0]
    assert (first.title, first.place, first.categories) == (
        "Tuesday beginners", "Small pool", ("Swimming", "Children"),
    )  # fmt: skip
    assert first.ends - first.starts == timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "days", "expected"),
    [
        (MONTREAL, "20260301", ["03-01 02:30", "03-08 03:30", "03-15 02:30"]),
        (PARIS, "20260322", ["03-22 02:30", "03-29 03:30", "04-05 02:30"]),
        (MONTREAL, "20261025", ["10-25 02:30", "11-01 02:30", "11-08 02:30"]),
        (PARIS, "20261018", ["10-18 02:30", "10-25 02:30", "11-01 02:30"]),
    ],
)
def test_half_past_two_on_the_days_of_change(
    zone: ZoneInfo, days: str, expected: list[str]
) -> None:
    event = f"UID:1\nDTSTART;TZID={zone}:{days}T023000\nSUMMARY:Ice\nRRULE:FREQ=WEEKLY;COUNT=3"
    found = read_calendar(calendar(event), YEAR)
    assert local(found, zone) == expected
    if expected[1] == "10-25 02:30" and zone is PARIS:
        assert found[1].starts == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of two


def test_single_times_are_taken_out_moved_and_cancelled() -> None:
    found = read_calendar(
        calendar(
            f"{WEEKLY}\nRRULE:FREQ=WEEKLY;UNTIL=20260324T210000Z"
            "\nEXDATE;TZID=America/Montreal:20260303T170000",
            """UID:beginners@pool.example
            RECURRENCE-ID;TZID=America/Montreal:20260310T170000
            DTSTART;TZID=America/Montreal:20260311T183000
            SUMMARY:Tuesday beginners
            LOCATION:Large pool""",
            """UID:beginners@pool.example
            RECURRENCE-ID:20260317T210000Z
            DTSTART;TZID=America/Montreal:20260317T170000
            SUMMARY:Tuesday beginners
            STATUS:CANCELLED""",
        ),
        YEAR,
    )
    assert local(found) == ["02-24 17:00", "03-11 18:30", "03-17 17:00", "03-24 17:00"]
    assert [event.key for event in found][1] == "2026-03-10"
    assert [event.cancelled for event in found] == [False, False, True, False]
    assert found[1].place == "Large pool"


def test_a_change_of_all_later_times_counts_for_them() -> None:
    found = read_calendar(
        calendar(
            f"{WEEKLY}\nRRULE:FREQ=WEEKLY;COUNT=4",
            """UID:beginners@pool.example
            RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/Montreal:20260310T170000
            DTSTART;TZID=America/Montreal:20260310T173000
            SUMMARY:Tuesday beginners, later""",
        ),
        YEAR,
    )
    assert local(found) == ["02-24 17:00", "03-03 17:00", "03-10 17:30", "03-17 17:30"]
    assert found[3].title == "Tuesday beginners, later"


def test_times_without_a_zone_and_whole_days_are_the_organisations() -> None:
    found = read_calendar(
        calendar(
            "UID:1\nDTSTART:20260701T090000\nDURATION:PT90M\nSUMMARY:Floats",
            "UID:2\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas",
            "UID:3\nSUMMARY:Never",
        ),
        YEAR,
    )
    assert local(found) == ["07-01 09:00", "12-25 00:00"]
    assert found[0].ends - found[0].starts == timedelta(minutes=90)
    assert found[1].whole_day
    assert found[1].ends - found[1].starts == timedelta(days=1)


def test_events_with_one_uid_are_all_kept_and_old_versions_are_not() -> None:
    found = read_calendar(
        calendar(
            "UID:same\nDTSTART:20260701T090000\nSUMMARY:One",
            "UID:same\nDTSTART:20260702T090000\nSUMMARY:Two",
            "UID:moved\nSEQUENCE:0\nDTSTART:20260703T090000\nSUMMARY:Old",
            "UID:moved\nSEQUENCE:1\nDTSTART:20260704T090000\nSUMMARY:New",
        ),
        YEAR,
    )
    assert [event.title for event in found] == ["One", "Two", "New"]
    assert len({(event.uid, event.key) for event in found}) == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>Sign in</html>", "no calendar"),
        (b"", "no calendar"),
        (calendar(f"{WEEKLY}\nRRULE:FREQ=SECONDLY"), "more often than daily"),
        (calendar(f"{WEEKLY}\nRRULE:FREQ=SOMETIMES"), "nobody can tell"),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(content: bytes, reason: str) -> None:
    with pytest.raises(BadCalendar, match=reason):
        read_calendar(content, YEAR)


def test_the_child_gives_the_same_and_says_what_is_wrong() -> None:
    good = calendar(f"{WEEKLY}\nRRULE:FREQ=WEEKLY;COUNT=4")
    assert read_apart(good, YEAR) == read_calendar(good, YEAR)
    with pytest.raises(BadCalendar, match="no calendar"):
        read_apart(b"nothing", YEAR)


@given(
    st.lists(st.integers(0, 40), unique=True, max_size=6),
    st.integers(1, 40),
    st.sampled_from(["America/Montreal", "Europe/Paris", "UTC"]),
)
def test_what_is_taken_out_is_gone_and_all_else_is_there_once(
    excluded: list[int], count: int, zone: str
) -> None:
    first = datetime(2026, 2, 1, 17, 0)  # noqa: DTZ001 (a local time)
    days = [first + timedelta(days=n) for n in excluded]
    out = "".join(f"\nEXDATE;TZID={zone}:{day:%Y%m%dT%H%M%S}" for day in days)
    event = f"UID:1\nDTSTART;TZID={zone}:20260201T170000\nRRULE:FREQ=DAILY;COUNT={count}{out}"
    found = read_calendar(calendar(event), YEAR)
    planned = [first + timedelta(days=n) for n in range(count) if n not in excluded]
    at = [each.starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in found]
    assert at == planned
    assert len({each.key for each in found}) == len(found)
