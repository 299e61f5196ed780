"""`sendout export`: what an organisation has, as CSV or JSON on standard output."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime

from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.table.safe import csv_line
from sendout.deliveries import report
from sendout.deliveries.models import Delivery
from sendout.people.exporting import participant_rows
from sendout.sendouts.models import SendOut
from sendout.suppression import listed
from sendout.usage import statement
from sendout.usage.ledger import month_of

Rows = tuple[list[str], Iterator[Sequence[object]]]


def participants(organisation: Organisation, arguments: argparse.Namespace) -> Rows:
    """Everybody, with their own fields."""
    return participant_rows(organisation)


def deliveries(organisation: Organisation, arguments: argparse.Namespace) -> Rows:
    """Every message to one person with its status and reason; of all, the send-out beside it."""
    found = Delivery.objects.filter(organisation=organisation)
    pk = arguments.send_out
    if pk is None:
        rows = report.rows_of(found, "sendout")
        return [*report.COLUMNS, "send_out"], (list(row.values()) for row in rows)
    if not SendOut.objects.filter(organisation=organisation, pk=pk).exists():
        raise Problem(f"--send-out: {organisation.name} has no send-out {pk}")
    rows = report.rows_of(found.filter(sendout=pk))
    return report.COLUMNS, (list(row.values()) for row in rows)


def suppressions(organisation: Organisation, arguments: argparse.Namespace) -> Rows:
    """Everybody on the Unsubscribes list, with the reason."""
    return listed.COLUMNS, listed.rows(listed.Wanted(organisation).entries)


def usage(organisation: Organisation, arguments: argparse.Namespace) -> Rows:
    """What a month was charged, by day, kind, country and send-out."""
    month: date | None = month_of(organisation, timezone.now())
    if arguments.month is not None:
        month = statement.read_month(arguments.month)
    if month is None:
        raise Problem(f'--month: "{arguments.month}" is no month; write it like 2027-01')
    return statement.COLUMNS, statement.rows(organisation, month)


EXPORTS: dict[str, Callable[[Organisation, argparse.Namespace], Rows]] = {
    "participants": participants,
    "deliveries": deliveries,
    "suppressions": suppressions,
    "usage": usage,
}


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("export", help="print what an organisation has")
    parser.add_argument("what", choices=list(EXPORTS))
    parser.add_argument("--org", required=True, metavar="SLUG")
    parser.add_argument("--send-out", type=int, metavar="ID", help="only of this send-out")
    parser.add_argument("--month", metavar="YYYY-MM", help="of usage; this month if not given")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Print the rows as they are fetched."""
    header, rows = EXPORTS[arguments.what](organisation_of(arguments.org), arguments)
    write = write_json if arguments.format == "json" else write_csv
    try:
        write(header, ([plain(cell) for cell in row] for row in rows))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, wants no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def plain(cell: object) -> object:
    """Write a time as ISO 8601 says, in UTC; everything else stays."""
    return cell.isoformat() if isinstance(cell, datetime) else cell


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
