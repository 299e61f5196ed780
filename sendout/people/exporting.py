"""Participants and import reports, row by row, for files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from sendout.accounts.models import Organisation
from sendout.core.table.headers import Field, Mapping
from sendout.people.columns import own_columns
from sendout.people.models import Group, Import, Outcome, Participant

AT_A_TIME = 2_000  # rows fetched
COLUMNS = ["id", "first_name", "last_name", "email", "phone", "language", "groups"]
REPORT_COLUMNS = ["row", "outcome", "what", "column", "value", "reason"]


def participant_rows(
    organisation: Organisation, people: QuerySet[Participant] | None = None
) -> tuple[list[str], Iterator[Sequence[object]]]:
    """Give the header, and one row for each of the people (default: everybody of the organisation).

    An email or phone that cannot be written to is left empty; own fields come last.
    """
    if people is None:
        people = Participant.objects.filter(organisation=organisation).order_by("id")
    names = [name for name in own_columns(organisation) if name not in COLUMNS]
    return COLUMNS + names, _participant_rows(people, names)


def _participant_rows(
    people: QuerySet[Participant], names: list[str]
) -> Iterator[Sequence[object]]:
    groups = Group.objects.filter(participants=OuterRef("pk")).order_by("name").values("name")
    for person in people.annotate(group_names=ArraySubquery(groups)).iterator(AT_A_TIME):
        yield [
            person.pk,
            person.first_name,
            person.last_name,
            person.email if person.email_normal else None,
            person.phone or None,
            person.language,
            "; ".join(person.group_names),
            *(person.fields.get(name) for name in names),
        ]


def report_rows(upload: Import) -> Iterator[list[object]]:
    """Give what became of each row of an imported file: one line a note, and one without any."""
    columns = {
        column.field.value: column.header
        for column in Mapping.from_json(upload.mapping).columns
        if column.field not in {Field.OWN, Field.IGNORE}
    }
    for line in upload.lines.order_by("number").iterator(AT_A_TIME):
        outcome = Outcome(line.outcome).label
        if not line.notes:
            yield [line.number, outcome, "", "", "", ""]
        for note in line.notes:
            column = columns.get(note["field"].replace(" ", "_"), note["field"])
            yield [line.number, outcome, note["kind"], column, note["value"], note["reason"]]
