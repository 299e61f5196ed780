"""The steps of an import of entries in the database: stage, plan, apply, report, undo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice

from django.db import connection

from sendout.core.table.reader import Row
from sendout.core.unsubscribes.rows import Listed, Terms, read_row
from sendout.core.unsubscribes.shape import Layout
from sendout.finding.planner import join_by_hash
from sendout.suppression import import_sql as sql
from sendout.suppression.entries import covered

SLICE = 2_000  # rows read between two signs of progress
MANY = 300  # rows
OUTCOMES = ("added", "raised", "unchanged", "passed", "refused")
UNDONE = ("removed", "restored", "kept")


def stage(
    rows: Iterator[Row], layout: Layout, terms: Terms, say_progress: Callable[[int], None]
) -> int:
    """Read all rows into the temporary table `staged`, and give their number; raises BadTable.

    say_progress: called after each slice with the number of rows read so far.
    """
    done = 0
    with connection.cursor() as cursor:
        cursor.execute(sql.STAGE)
    while part := list(islice(rows, SLICE)):
        _copy(listed for row in part for listed in read_row(row, layout, terms))
        done += len(part)
        say_progress(done)
    return done


def _copy(entries: Iterator[Listed]) -> None:
    with connection.cursor() as cursor, cursor.copy(sql.COPY) as copy:
        for listed in entries:
            copy.write_row(
                (
                    listed.number,
                    listed.channel,
                    listed.address,
                    covered(listed.channel, listed.reason, listed.category),
                    listed.reason,
                    listed.at,
                    listed.evidence,
                    listed.fate.value,
                    json.dumps([asdict(note) for note in listed.notes]),
                )
            )


def unstage() -> None:
    """Drop what is staged and planned."""
    with connection.cursor() as cursor:
        cursor.execute(sql.UNSTAGE)


def plan(organisation: int) -> None:
    """Decide in the temporary table `planned` what every row would do; writes nothing else."""
    with connection.cursor() as cursor:
        join_by_hash(cursor, "staged", MANY)
        cursor.execute(sql.PLAN)
        for statement in (sql.COMPARE, sql.REMEMBER):
            cursor.execute(statement, {"organisation": organisation})


def apply(organisation: int, member: int | None) -> None:
    """Add and raise the planned entries; what stands and is as strong stays untouched."""
    values: dict[str, int | None] = {"organisation": organisation, "member": member}
    with connection.cursor() as cursor:
        cursor.execute(sql.ADD, values)
        cursor.execute(sql.RAISE, values)
        cursor.execute(sql.SETTLE)


def report(source: int, rows: int) -> dict[str, int]:
    """Keep what became of every entry asked for, and give the counts."""
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT)
        found = dict(cursor.fetchall())
        cursor.execute(sql.FORGET, {"source": source})
        cursor.execute(sql.REPORT, {"source": source})
    return {"rows": rows} | {outcome: found.get(outcome, 0) for outcome in OUTCOMES}


def undo(source: int) -> dict[str, int]:
    """Put back what an import found, where nobody changed it since, and give the counts."""
    values = {"source": source}
    with connection.cursor() as cursor:
        for statement in (sql.HOLD, sql.REMOVE, sql.RESTORE, sql.KEEP):
            cursor.execute(statement, values)
        cursor.execute(sql.UNDONE, values)
        found = dict(cursor.fetchall())
    return {outcome: found.get(outcome, 0) for outcome in UNDONE}
