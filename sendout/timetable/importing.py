"""Import a schedule from a file: looked at first, then taken in, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from django.db import transaction

from sendout.accounts.models import Organisation, User
from sendout.core.schedule.layout import Layout
from sendout.core.schedule.rows import Place, SessionRow, read_session
from sendout.core.table.pieces import copy_bounded
from sendout.core.table.reader import BadTable, open_table
from sendout.core.table.rows import Note, NoteKind
from sendout.timetable.models import ScheduleFile, Session
from sendout.timetable.taking import KEPT, Grouping

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
OUTCOMES = ("created", "updated", "unchanged", "refused")


@dataclass(slots=True)
class Report:
    """What a file would do or did. columns: each header with what it was taken for.

    counts: rows, created, updated, unchanged, refused. problems: by row, of all that was said.
    """

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("rows", *OUTCOMES), 0))
    problems: list[dict[str, Any]] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sample: list[Session] = field(default_factory=list)

    def count(self, outcome: str) -> None:
        """Count a row."""
        self.counts["rows"] += 1
        self.counts[outcome] += 1

    def tell(self, row: SessionRow) -> None:
        """Keep what is to be said about a row."""
        self.problems += [{"row": row.number, **asdict(note)} for note in row.notes]


def read_file(
    organisation: Organisation, filename: str, stream: BinaryIO, user: User | None = None
) -> ScheduleFile:
    """Read a file without keeping it; raises BadTable when it is too large."""
    with tempfile.TemporaryFile() as copy:
        copy_bounded(stream, copy, MOST_BYTES)
        copy.seek(0)
        content = copy.read()
    return ScheduleFile(
        organisation=organisation, filename=filename[-200:], content=content, created_by=user
    )


def keep_file(
    organisation: Organisation, filename: str, stream: BinaryIO, user: User | None
) -> ScheduleFile:
    """Keep a file to look at; raises BadTable, and keeps nothing, when it is no schedule."""
    file = read_file(organisation, filename, stream, user)
    look(file)
    file.save()
    return file


def look(file: ScheduleFile) -> Report:
    """Say what the file would do, and do nothing. Raises BadTable."""
    return _plan(file)[0]


@transaction.atomic
def take(file: ScheduleFile) -> Report:
    """Do what the file says, and forget it. Raises BadTable.

    Sessions that an earlier file brought and this one does not name stay as they are.
    """
    report, new, changed = _plan(file)
    Session.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    Session.objects.bulk_update(changed, KEPT, batch_size=500)
    if file.pk:
        file.delete()
    return report


def _plan(file: ScheduleFile) -> tuple[Report, list[Session], list[Session]]:
    organisation = file.organisation
    own = Session.objects.filter(organisation=organisation, calendar=None)
    known = {session.uid: session for session in own}
    grouping = Grouping.of(organisation)
    report = Report()
    new: dict[str, Session] = {}
    changed: dict[str, Session] = {}
    for row in _rows(file, report):
        _note_group(row, grouping)
        session = None if row.refused else known.get(row.uid)
        before = [getattr(session, name) for name in KEPT] if session else None
        if not row.refused:
            session = session or Session(organisation=organisation, uid=row.uid)
            _put(session, row, grouping)
            known[row.uid] = session
        outcome = _outcome(row, session, before)
        report.count(outcome)
        report.tell(row)
        if session and outcome == "created":
            new[row.uid] = session
        elif session and outcome == "updated" and session.pk:
            changed[row.uid] = session
    report.sample = [*new.values(), *changed.values()]
    return report, list(new.values()), list(changed.values())


def _rows(file: ScheduleFile, report: Report) -> Iterator[SessionRow]:
    where = Place(file.organisation.country, file.organisation.zone)
    with tempfile.TemporaryFile() as stream:
        stream.write(bytes(file.content))
        stream.seek(0)
        table = open_table(stream)
        try:
            layout = Layout.of(table.headers)
            if problem := layout.problem():
                raise BadTable(problem)
            report.columns = list(zip(layout.headers, layout.parts, strict=True))
            report.notes = table.notes
            for count, row in enumerate(table.rows, 1):
                if count > MOST_ROWS:
                    raise BadTable(f"a schedule may have {MOST_ROWS:,} rows; cut it into parts")
                yield read_session(row, layout, where)
        finally:
            table.close()


def _note_group(row: SessionRow, grouping: Grouping) -> None:
    if row.group and grouping.find(row.group) is None:
        reason = f"there is no group “{row.group}”; the session belongs to none"
        row.notes.append(Note(NoteKind.WARNED, "group", row.group, reason))


def _put(session: Session, row: SessionRow, grouping: Grouping) -> None:
    session.title, session.place = row.title, row.place
    session.group_id = grouping.find(row.group or row.title)
    session.starts, session.ends = row.starts, row.ends
    session.whole_day, session.cancelled = row.whole_day, row.cancelled


def _outcome(row: SessionRow, session: Session | None, before: list[object] | None) -> str:
    if row.refused or session is None:
        return "refused"
    if before is None:
        return "created"
    return "unchanged" if before == [getattr(session, name) for name in KEPT] else "updated"
