"""An event as a calendar file (RFC 5545), which every calendar takes in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sendout.core.clocks import at

LONGEST_LINE = 75  # bytes without the line end (RFC 5545 3.1)
_PRODUCT = "-//Sendout//Events//EN"


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
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_text(occasion.uid)}",
        f"DTSTAMP:{_utc(occasion.changed)}",
        f"LAST-MODIFIED:{_utc(occasion.changed)}",
        f"SEQUENCE:{occasion.sequence}",
        f"DTSTART:{_utc(starts)}",
        f"DTEND:{_utc(ends if ends > starts else starts + timedelta(hours=1))}",
        f"SUMMARY:{_text(occasion.title)}",
        *([f"LOCATION:{_text(occasion.place)}"] if occasion.place else []),
        *([f"DESCRIPTION:{_text(occasion.note)}"] if occasion.note else []),
        f"CONTACT:{_text(occasion.organiser)}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Escape a text (RFC 5545 3.3.11); other control characters have no place in it."""
    for mark in "\\;,":
        words = words.replace(mark, "\\" + mark)
    words = words.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c for c in words if c.isprintable() or c == "\t")


def _folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of at most 75 bytes, never inside a character (RFC 5545 3.1)."""
    piece = b""
    for character in line:
        more = character.encode()
        if len(piece) + len(more) > LONGEST_LINE:
            yield piece
            piece = b" "
        piece += more
    yield piece
