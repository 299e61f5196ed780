"""`sendout import`: take a file of participants in, now and in this process."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sendout.cli.commands import Subparsers
from sendout.cli.org import organisation_of
from sendout.cli.problem import Problem
from sendout.core.table.reader import BadTable
from sendout.core.table.rows import LONGEST_NAME
from sendout.people.importing import import_now, store_upload
from sendout.people.models import Import, ImportState

SHOWN = 50  # problems printed for people; --json gives all


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("import", help="take a file of participants in")
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV or XLSX file")
    parser.add_argument("--org", required=True, metavar="SLUG")
    parser.add_argument("--group", default="", metavar="NAME", help="put everybody in this group")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, no more")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Import the file; 0 when every row was taken, 1 when some were refused."""
    upload = read_file(arguments)
    try:
        import_now(upload, dry_run=arguments.dry_run)
        if upload.state == ImportState.FAILED:
            raise Problem(f"{arguments.file}: {upload.error}")
        print_outcome(upload, arguments)
        return 1 if upload.counts["refused"] else 0
    finally:
        if upload.state != ImportState.DONE:
            upload.delete()


def read_file(arguments: argparse.Namespace) -> Import:
    """Store the file as an import. Raises Problem when it is none."""
    organisation = organisation_of(arguments.org)
    path: Path = arguments.file
    if len(" ".join(arguments.group.split())) > LONGEST_NAME:
        raise Problem(f"--group is longer than {LONGEST_NAME} characters; shorten it")
    try:
        with path.open("rb") as stream:
            return store_upload(organisation, path.name, stream, group_name=arguments.group)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error
    except BadTable as bad:
        raise Problem(f"{path}: {bad}") from bad


def problems(upload: Import) -> Iterator[dict[str, object]]:
    """Give every note of the report with its row."""
    for line in upload.lines.exclude(notes=[]).order_by("number").iterator(2000):
        for note in line.notes:
            yield {"row": line.number, **note}


def print_outcome(upload: Import, arguments: argparse.Namespace) -> None:
    """Print the counts and what was mended, dropped or refused."""
    if arguments.json:
        print(json.dumps({**upload.counts, "problems": list(problems(upload))}, ensure_ascii=False))
        return
    verb = "would be " if arguments.dry_run else ""
    print(
        "{rows} rows: {created} {v}created, {updated} {v}updated, {unchanged} unchanged,"
        " {refused} refused".format(**upload.counts, v=verb)
    )
    for note in upload.notes:
        print(f"note: {note}")
    for problem in islice(problems(upload), SHOWN):
        print("row {row}: {reason}".format(**problem))
    if upload.lines.exclude(notes=[]).count() > SHOWN:
        print(f"... these are the first {SHOWN} remarks; --json prints them all")
