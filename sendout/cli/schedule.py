"""`sendout schedule import`: take a file of sessions in, now and in this process."""

from __future__ import annotations

import argparse
import json
from itertools import islice
from pathlib import Path

from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.table.reader import BadTable
from sendout.timetable.importing import Report, look, read_file, take

SHOWN = 50  # problems printed for people; --json gives all


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("schedule", help="import the sessions of a schedule")
    actions = parser.add_subparsers(metavar="action", required=True)
    take_in = actions.add_parser("import", help="take a file of sessions in")
    take_in.add_argument("file", type=Path, metavar="FILE", help="a CSV or XLSX file")
    take_in.add_argument("--org", required=True, metavar="SLUG")
    take_in.add_argument("--dry-run", action="store_true", help="say what would change, no more")
    take_in.add_argument("--json", action="store_true", help="print one JSON object")
    take_in.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Import the file; 0 when every row was taken, 1 when some were refused."""
    report = _read(arguments)
    print_report(report, arguments)
    return 1 if report.counts["refused"] else 0


def _read(arguments: argparse.Namespace) -> Report:
    organisation = organisation_of(arguments.org)
    path: Path = arguments.file
    try:
        with path.open("rb") as stream:
            file = read_file(organisation, path.name, stream)
        return look(file) if arguments.dry_run else take(file)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error
    except BadTable as bad:
        raise Problem(f"{path}: {bad}") from bad


def print_report(report: Report, arguments: argparse.Namespace) -> None:
    """Print the counts and what was mended, dropped or refused."""
    if arguments.json:
        print(json.dumps({**report.counts, "problems": report.problems}, ensure_ascii=False))
        return
    verb = "would be " if arguments.dry_run else ""
    print(
        "{rows} rows: {created} {v}created, {updated} {v}updated, {unchanged} unchanged,"
        " {refused} refused".format(**report.counts, v=verb)
    )
    for note in report.notes:
        print(f"note: {note}")
    for problem in islice(report.problems, SHOWN):
        print("row {row}: {reason}".format(**problem))
    if len(report.problems) > SHOWN:
        print(f"... these are the first {SHOWN} remarks; --json prints them all")
