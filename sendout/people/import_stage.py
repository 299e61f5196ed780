"""The first half of an import: the file's rows, read and checked, in a temporary table.

Rows are read in slices; what is staged is this connection's own until the import is planned.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice

from django.db import connection

from sendout.core.table.headers import Mapping
from sendout.core.table.reader import Row
from sendout.core.table.rows import PersonRow, read_person
from sendout.people.families import imported
from sendout.people.identity import name_key

SLICE = 2_000  # rows read between two signs of progress

STAGE = """
DROP TABLE IF EXISTS pg_temp.staged;
CREATE TEMPORARY TABLE staged (
    number integer, refused boolean, first_name text, last_name text, name_key text,
    email text, email_normal text, phone_typed text, phone text, phone_kind text, language text,
    external_id text, family text, ours bigint, "groups" text[], fields jsonb, notes jsonb, key text
)
"""
COPY = """
COPY staged (number, refused, first_name, last_name, name_key, email, email_normal, phone_typed,
    phone, phone_kind, language, external_id, family, ours, "groups", fields, notes) FROM STDIN
"""


def stage(
    rows: Iterator[Row],
    mapping: Mapping,
    country: str,
    language: str,
    say_progress: Callable[[int], None],
) -> None:
    """Read all rows into the temporary table `staged`; raises BadTable where a row cannot be read.

    say_progress: called after each slice with the number of rows read so far.
    """
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
    while people := [read_person(row, mapping, country, language) for row in islice(rows, SLICE)]:
        _copy(people)
        done += len(people)
        say_progress(done)


def _copy(people: list[PersonRow]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for person in people:
            copy.write_row(_columns(person))


def _columns(person: PersonRow) -> tuple[object, ...]:
    return (
        person.number,
        person.refused,
        person.first_name,
        person.last_name,
        name_key(person.first_name, person.last_name),
        person.email,
        person.email_normal,
        person.phone_typed,
        person.phone,
        person.phone_kind,
        person.language,
        person.external_id,
        imported(person.family),
        person.ours,
        person.groups,
        json.dumps(person.fields),
        json.dumps([asdict(note) for note in person.notes]),
    )


def unstage() -> None:
    """Drop what is staged and planned."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged, pg_temp.planned, pg_temp.joining")
