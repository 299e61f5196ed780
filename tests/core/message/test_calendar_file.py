"""The calendar file of an event is one that calendars take in (RFC 5545)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.calendar_file import Occasion, calendar_file

TORONTO = ZoneInfo("America/Toronto")
GALA = Occasion(
    uid="7-e@club.example",
    title="Open evening, with tea",
    starts=datetime.fromisoformat("2027-03-14T18:00"),
    ends=datetime.fromisoformat("2027-03-14T19:30"),
    place="12 Pool Street; Montréal",
    note="Bring\na towel",
    organiser="Aqua Club",
    changed=datetime(2026, 11, 1, 12, tzinfo=UTC),
    sequence=3,
)


def unfolded(file: bytes) -> list[str]:
    """Read the lines as RFC 5545 3.1 has it."""
    return file.replace(b"\r\n ", b"").decode().split("\r\n")


def test_an_event_stands_in_the_file_at_its_moment() -> None:
    """On 14 March 2027 the clocks of Toronto go forward at 2:00, so 18:00 there is 22:00 in UTC."""
    lines = unfolded(calendar_file(GALA, TORONTO))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:7-e@club.example", "DTSTAMP:20261101T120000Z", "DTSTART:20270314T220000Z",
        "DTEND:20270314T233000Z", "SUMMARY:Open evening\\, with tea", "SEQUENCE:3",
        "LOCATION:12 Pool Street\\; Montréal", "DESCRIPTION:Bring\\na towel",
    ):  # fmt: skip
        assert line in lines


def test_an_event_without_an_end_lasts_an_hour() -> None:
    for ends in (None, GALA.starts, datetime.fromisoformat("2026-01-01")):
        file = calendar_file(replace(GALA, ends=ends), TORONTO)
        assert b"DTEND:20270314T230000Z" in file


@given(st.text(), st.text())
def test_no_text_breaks_the_file(title: str, note: str) -> None:
    file = calendar_file(replace(GALA, title=title, note=note), TORONTO)
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert b"\n" not in file.replace(b"\r\n", b"")
    lines = unfolded(file)
    assert sum(line.startswith("BEGIN:") for line in lines) == 2
    assert sum(line.startswith("SUMMARY:") for line in lines) == bool(title)
