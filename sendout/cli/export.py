"""`sendout export`: what an organisation has, as CSV or JSON on standard output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence

from sendout.accounts.models import Organisation
from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.core.table.safe import csv_line
from sendout.people.exporting import participant_rows

Rows = tuple[list[str], Iterator[Sequence[object]]]


def participants(organisation: Organisation, arguments: argparse.Namespace) -> Rows:
    """Everybody, with their own fields."""
    return participant_rows(organisation)


EXPORTS: dict[str, Callable[[Organisation, argparse.Namespace], Rows]] = {
    "participants": participants,
}


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("export", help="print what an organisation has")
    parser.add_argument("what", choices=list(EXPORTS))
    parser.add_argument("--org", required=True, metavar="SLUG")
    parser.add_argument("--send-out", type=int, metavar="ID", help="only of this send-out")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Print the rows as they are fetched."""
    header, rows = EXPORTS[arguments.what](organisation_of(arguments.org), arguments)
    if arguments.format == "json":
        write_json(header, rows)
    else:
        write_csv(header, rows)
    return 0


def write_csv(header: list[str], rows: Iterator[Sequence[object]]) -> None:
    """Print CSV that no spreadsheet runs."""
    sys.stdout.write(csv_line(header))
    for row in rows:
        sys.stdout.write(csv_line(row))


def write_json(header: list[str], rows: Iterator[Sequence[object]]) -> None:
    """Print one array, an object a line."""
    separator = "[\n"
    for row in rows:
        answer = json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False, default=str)
        sys.stdout.write(separator + answer)
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")
