"""One row of a schedule, read as a session; what was mended, dropped or refused is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from sendout.core.schedule.layout import Layout, Part
from sendout.core.table.headers import fold
from sendout.core.table.reader import Row
from sendout.core.table.rows import Note, NoteKind, clean, shorten
from sendout.core.table.safe import unshield
from sendout.core.unsubscribes.dates import read_date

LONGEST = 200  # characters of a title, a place or an id
LONGEST_NAME = 120  # characters of a group's name
OFF = frozenset(
    {"yes", "true", "x", "1", "y", "oui", "si", "off", "cancelled", "canceled", "cancelado"}
    | {"annule", "annulee"}
)
ON = frozenset(
    {"no", "false", "0", "n", "non", "on", "ok", "active", "confirmed", "scheduled", "planned"}
    | {"confirme", "confirmee", "prevu", "prevue"}
)
NEVER = datetime.min.replace(tzinfo=UTC)
ONLY_TIME = re.compile(r"\d{1,2}(?::\d\d){0,2}(?: [AP]M)?", re.IGNORECASE)
_FRENCH = re.compile(r"\b(\d{1,2})\s?[hH]\s?(\d\d)?\b")
_HALF = re.compile(r"\b(\d{1,2})(:\d\d)?\s?([ap])\.?m\.?(?=\s|$)", re.IGNORECASE)


@dataclass(slots=True)
class SessionRow:
    """A row as a session. uid: the file's own id, or what and when it is.

    refused: left out; then its times may be missing.
    """

    number: int
    uid: str = ""
    title: str = ""
    group: str = ""
    starts: datetime = NEVER
    ends: datetime = NEVER
    whole_day: bool = False
    place: str = ""
    cancelled: bool = False
    refused: bool = False
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: NoteKind, what: str, value: str, reason: str) -> None:
        """Say what happened to a value."""
        self.notes.append(Note(kind, what, shorten(value), reason))

    def refuse(self, what: str, value: str, reason: str) -> None:
        """Leave the row out, in one clause."""
        self.refused = True
        self.note(NoteKind.REFUSED, what, value, reason)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the organisation is. country: decides whether 5/6/2026 is May or June."""

    country: str
    zone: tzinfo


def read_session(row: Row, layout: Layout, where: Place) -> SessionRow:
    """Read a row; it is refused when it does not say what or when."""
    cells = {part: _cell(row, layout.column(part)) for part in Part}
    found = SessionRow(row.number)
    if row.mended:
        found.note(NoteKind.MENDED, "", "", row.mended)
    found.group = cells[Part.GROUP][:LONGEST_NAME]
    found.title = (cells[Part.TITLE] or found.group)[:LONGEST]
    found.place = cells[Part.PLACE][:LONGEST]
    found.cancelled = _cancelled(found, cells[Part.STATUS])
    if not found.title:
        found.refuse("title", "", "the row does not say what takes place; it was left out")
    _read_times(found, cells, where)
    if not found.refused:
        by_time = f"{fold(found.title)} {found.starts:%Y-%m-%dT%H:%M}"
        found.uid = cells[Part.ID][:LONGEST] or by_time
    return found


def _cell(row: Row, place: int | None) -> str:
    return "" if place is None else clean(unshield(row.cells[place]))


def _cancelled(found: SessionRow, cell: str) -> bool:
    word = fold(cell)
    if cell and word not in OFF | ON:
        reason = f"“{shorten(cell)}” is no status we know; it was taken as taking place"
        found.note(NoteKind.WARNED, "status", cell, reason)
    return word in OFF


def _read_times(found: SessionRow, cells: dict[Part, str], where: Place) -> None:
    day, begin, end = (tidy_time(cells[part]) for part in (Part.DATE, Part.STARTS, Part.ENDS))
    when = _joined(day, begin)
    starts = read_date(when, where.country, where.zone) if when else None
    if starts is None:
        said = f"“{shorten(when)}” is not a date" if when else "the row has no date"
        found.refuse("starts", when, f"{said}; the row was left out")
        return
    found.starts = found.ends = starts
    found.whole_day = not begin and " " not in day and ":" not in day
    if found.whole_day:
        found.ends = starts + timedelta(days=1)
    elif end:
        found.ends = _end(found, starts, end, where)


def _end(found: SessionRow, starts: datetime, end: str, where: Place) -> datetime:
    local = starts.astimezone(where.zone)
    when = f"{local:%Y-%m-%d} {end}" if ONLY_TIME.fullmatch(end) else end
    ends = read_date(_iso_time(when), where.country, where.zone)
    if ends is not None and ends < starts and ends > starts - timedelta(days=1):
        ends += timedelta(days=1)  # past midnight
    if ends is None or ends < starts:
        wrong = "is not a time" if ends is None else "is before the session begins"
        found.note(NoteKind.DROPPED, "ends", end, f"“{shorten(end)}” {wrong}; no end was kept")
        return starts
    return ends


def tidy_time(cell: str) -> str:
    """Write 17 h 30, 17h, 5 pm and 5:30p.m. as dates and times are read."""
    text = _FRENCH.sub(lambda found: f"{found[1]}:{found[2] or '00'}", cell)
    return _HALF.sub(lambda found: f"{found[1]}{found[2] or ':00'} {found[3].upper()}M", text)


def _joined(day: str, begin: str) -> str:
    """Join a day and a time; where the time says its day itself, that is all."""
    if day and begin and ONLY_TIME.fullmatch(begin):
        return _iso_time(f"{day.split(' ', maxsplit=1)[0] if day[:4].isdecimal() else day} {begin}")
    return _iso_time(begin or day)


def _iso_time(text: str) -> str:
    """Have a day that is written as 2026-12-01 followed by a time that ISO 8601 knows."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d{1,2}):(\d\d)(?::\d\d)?(?: ([AP])M)?", text)
    if found is None:
        return text
    hour = int(found[2]) % 12 + (12 if found[4] == "P" else 0) if found[4] else int(found[2])
    return f"{found[1]} {hour:02d}:{found[3]}"
