"""One row of a list of unsubscribes, read as the entries it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from sendout.core.addresses import BadAddress, read_email, read_phone
from sendout.core.table.reader import Row
from sendout.core.table.rows import Note, NoteKind, clean, shorten
from sendout.core.table.safe import unshield
from sendout.core.unsubscribes.dates import read_date
from sendout.core.unsubscribes.shape import REASON_OF_SHAPE, Layout, Part, Shape
from sendout.core.unsubscribes.words import (
    BAD,
    BAD_ADDRESS,
    UNSUBSCRIBED,
    category_of,
    channel_of,
    reason_of,
    status_of,
)

LONGEST_WORDS = 600  # characters of evidence
MAILCHIMP = (Shape.MAILCHIMP_UNSUBSCRIBED, Shape.MAILCHIMP_CLEANED)
SOURCES = {**dict.fromkeys(MAILCHIMP, "Mailchimp"), Shape.CONSTANT_CONTACT: "Constant Contact"}


class Fate(StrEnum):
    """What a row asks for: an entry, nothing since they are still subscribed, or nothing clear."""

    ENTRY = "entry"
    PASSED = "passed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all rows. reason: of rows that name none, empty for what the shape says.

    category: of entries made by staff, empty for everything. zone: of times that name none.
    source: the file's name, for the evidence.
    """

    country: str
    zone: tzinfo
    now: datetime
    reason: str = ""
    category: str = ""
    source: str = ""


@dataclass(slots=True)
class Listed:
    """One entry that a row asks for, or why it asks for none. address: as entries are compared."""

    number: int
    channel: str = "email"
    address: str = ""
    category: str = ""
    reason: str = ""
    at: datetime | None = None
    evidence: str = ""
    fate: Fate = Fate.ENTRY
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: NoteKind, what: str, value: str, reason: str) -> None:
        """Say what happened to a value."""
        self.notes.append(Note(kind, what, shorten(value), reason))

    def refuse(self, what: str, value: str, reason: str) -> None:
        """Leave the row out, in one sentence."""
        self.fate = Fate.REFUSED
        self.note(NoteKind.REFUSED, what, value, reason)


class _Cells:
    def __init__(self, row: Row, layout: Layout) -> None:
        self._row, self.layout = row, layout

    def first(self, part: Part) -> str:
        """Give the cell of a part that one column can be."""
        return next(iter(self.all(part)), ("", ""))[1]

    def all(self, part: Part) -> list[tuple[str, str]]:
        """Give header and cell of every filled column of a part."""
        cells = [(p, clean(unshield(self._row.cells[p]))) for p in self.layout.columns(part)]
        return [(self.layout.headers[place], cell) for place, cell in cells if cell]


def read_row(row: Row, layout: Layout, terms: Terms) -> list[Listed]:
    """Read a row: mostly one entry, two where it stops an email and a phone number."""
    cells = _Cells(row, layout)
    wanted = _addresses(cells)
    if not wanted:
        lost = Listed(row.number)
        lost.refuse("", "", "the row has no email address and no phone number to stop")
        return [lost]
    return [_read(row, cells, terms, channel, typed) for channel, typed in wanted]


def _addresses(cells: _Cells) -> list[tuple[str, str]]:
    either = cells.first(Part.ADDRESS)
    found = [("email", cells.first(Part.EMAIL)), ("sms", cells.first(Part.PHONE))]
    if either:
        said = channel_of(cells.first(Part.CHANNEL))
        found.append((said or ("email" if "@" in either else "sms"), either))
    return [(channel, typed) for channel, typed in found if typed]


def _read(row: Row, cells: _Cells, terms: Terms, channel: str, typed: str) -> Listed:
    listed = Listed(row.number, channel)
    if row.mended:
        listed.note(NoteKind.MENDED, "", "", row.mended)
    _read_address(listed, typed, terms)
    named = _read_status(listed, cells)
    listed.reason = _reason(cells, terms, channel, named)
    listed.category = _category(listed, cells, terms)
    listed.at = _read_at(listed, cells, terms)
    listed.evidence = _evidence(cells, terms)
    return listed


def _read_address(listed: Listed, typed: str, terms: Terms) -> None:
    try:
        email = listed.channel == "email"
        found = read_email(typed) if email else read_phone(typed, terms.country)
    except BadAddress as bad:
        what = "email" if listed.channel == "email" else "phone"
        listed.refuse(what, typed, f"{bad.reason}; the row was left out")
        return
    if found:
        listed.address = found.normal
        if found.mended:
            listed.note(NoteKind.MENDED, "address", typed, found.mended)


def _read_status(listed: Listed, cells: _Cells) -> str:
    """Pass over who is still subscribed; give the reason that a status names."""
    told = [(cell, *status_of(header, cell)) for header, cell in cells.all(Part.STATUS)]
    stops = [reason for _, stop, reason in told if stop]
    if stops or not cells.layout.columns(Part.STATUS):
        return next(filter(None, stops), "")
    dated = cells.layout.shape == Shape.CONSTANT_CONTACT and cells.first(Part.DATE)
    if listed.fate == Fate.ENTRY and not dated:
        said = f"“{told[0][0]}”" if told else "an empty status"
        listed.fate = Fate.PASSED
        reason = f"{said} does not say that they unsubscribed, so nothing is stopped"
        listed.note(NoteKind.WARNED, "status", told[0][0] if told else "", reason)
    return ""


def _reason(cells: _Cells, terms: Terms, channel: str, named: str) -> str:
    usual = terms.reason or REASON_OF_SHAPE.get(cells.layout.shape, UNSUBSCRIBED)
    found = reason_of(cells.first(Part.REASON)) or named or usual
    return BAD_ADDRESS[channel] if found == BAD else found


def _category(listed: Listed, cells: _Cells, terms: Terms) -> str:
    cell = cells.first(Part.CATEGORY)
    if not cell:
        return terms.category
    found = category_of(cell)
    if found is None:
        reason = f"“{shorten(cell)}” is not a category; everything is stopped"
        listed.note(NoteKind.DROPPED, "category", cell, reason)
    return found or ""


def _read_at(listed: Listed, cells: _Cells, terms: Terms) -> datetime | None:
    cell = cells.first(Part.DATE)
    if not cell:
        return None
    zone = UTC if cells.layout.shape in (*MAILCHIMP, Shape.SENDOUT) else terms.zone
    found = read_date(cell, terms.country, zone)
    if found is None or found > terms.now:
        wrong = "lies in the future" if found else "is not a date"
        listed.note(NoteKind.DROPPED, "date", cell, f"“{shorten(cell)}” {wrong}; today is kept")
        return None
    return found


def _evidence(cells: _Cells, terms: Terms) -> str:
    words = [cell for _, cell in cells.all(Part.WORDS)]
    if cells.layout.shape == Shape.SENDOUT:
        return "; ".join(words)[:LONGEST_WORDS]
    mails = [f"after “{cell}”" for _, cell in cells.all(Part.MAIL)]
    reason = cells.first(Part.REASON)
    said = "; ".join([*mails, *([reason] if reason else []), *words])
    origin = f"Imported from {SOURCES.get(cells.layout.shape) or f'“{terms.source}”'}"
    return f"{origin}: {said}"[:LONGEST_WORDS] if said else origin
