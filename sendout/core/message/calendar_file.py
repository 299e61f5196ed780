"""An event as a calendar file (RFC 5545), which every calendar takes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from sendout.core.clocks import at


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a calendar is told. starts, ends: on the clock of the zone. changed: aware.

    uid: the same for the same event, so that a second file replaces the first. sequence: goes up
    with each change.
    """

    uid: str
    title: str
    starts: datetime
    ends: datetime | None
    place: str
    note: str
    organiser: str
    changed: datetime
    sequence: int


def calendar_file(occasion: Occasion, zone: ZoneInfo) -> bytes:
    """Write the file. Times are in UTC, which needs no table of the zone's changes.

    An event without an end lasts an hour.
    """
    starts = at(occasion.starts, zone)
    ends = at(occasion.ends, zone) if occasion.ends else starts
    event = Event()
    event.add("uid", occasion.uid)
    event.add("dtstamp", occasion.changed)
    event.add("last-modified", occasion.changed)
    event.add("sequence", occasion.sequence)
    event.add("dtstart", starts)
    event.add("dtend", ends if ends > starts else starts + timedelta(hours=1))
    for name, words in (
        ("summary", occasion.title),
        ("location", occasion.place),
        ("description", occasion.note),
        ("contact", occasion.organiser),
    ):
        if words:
            event.add(name, "".join(c for c in words if c.isprintable() or c == "\n"))
    file: bytes = _calendar(event).to_ical()
    return file


def _calendar(event: Event) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Sendout//Events//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return calendar
