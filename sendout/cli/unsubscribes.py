"""`sendout unsubscribes`: take a list of entries in, or take an import back, in this process."""

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
from sendout.core.unsubscribes.shape import REASONS, Layout, Shape
from sendout.suppression.importing import (
    NotPossible,
    import_now,
    store_list,
    take_for,
    undo_now,
)
from sendout.suppression.models import ListImport, ListImportState

SHOWN = 50  # problems printed for people; --json gives all
DONE = (
    "{rows} rows: {added} added, {raised} raised, {unchanged} listed already,"
    " {passed} left alone, {refused} refused"
)
UNDONE = (
    "{removed} taken off the list again, {restored} put back as they were, {kept} left as they are"
)


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("unsubscribes", help="import entries of the Unsubscribes list")
    actions = parser.add_subparsers(metavar="action", required=True)
    _register_import(actions)
    undo = actions.add_parser("undo", help="take an import back")
    undo.add_argument("id", type=int, metavar="ID", help="the number that `import` printed")
    undo.add_argument("--org", required=True, metavar="SLUG")
    undo.add_argument("--json", action="store_true", help="print one JSON object")
    undo.set_defaults(perform=perform_undo)


def _register_import(actions: Subparsers) -> None:
    parser = actions.add_parser("import", help="take a list of entries in")
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV or XLSX file")
    parser.add_argument("--org", required=True, metavar="SLUG")
    shapes = [shape.value for shape in Shape]
    parser.add_argument("--shape", choices=shapes, help="who wrote it (default: found out)")
    parser.add_argument("--reason", choices=REASONS, default="", help="of rows that name none")
    parser.add_argument(
        "--category", choices=["marketing"], default="", help="what staff's entries stop"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change, no more")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(perform=perform_import)


def perform_import(arguments: argparse.Namespace) -> int:
    """Import the file; 0 when every row was understood, 1 when some were refused."""
    upload = read_file(arguments)
    try:
        import_now(upload, dry_run=arguments.dry_run)
        if upload.state == ListImportState.FAILED:
            raise Problem(f"{arguments.file}: {upload.error}")
        print_outcome(upload, arguments)
        return 1 if upload.counts["refused"] else 0
    finally:
        if upload.state != ListImportState.DONE:
            upload.delete()


def read_file(arguments: argparse.Namespace) -> ListImport:
    """Store the file as an import. Raises Problem when it is none."""
    organisation = organisation_of(arguments.org)
    path: Path = arguments.file
    try:
        with path.open("rb") as stream:
            upload = store_list(organisation, path.name, stream)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error
    except BadTable as bad:
        raise Problem(f"{path}: {bad}") from bad
    if arguments.shape:
        take_for(upload, Shape(arguments.shape))
    if problem := Layout.from_json(upload.layout).problem():
        upload.delete()
        raise Problem(f"{path}: {problem}")
    upload.reason, upload.category = arguments.reason, arguments.category
    upload.save(update_fields=["reason", "category"])
    return upload


def problems(upload: ListImport) -> Iterator[dict[str, object]]:
    """Give every note of the report with its row."""
    for line in upload.lines.exclude(notes=[]).order_by("number", "channel").iterator(2000):
        for note in line.notes:
            yield {"row": line.number, **note}


def print_outcome(upload: ListImport, arguments: argparse.Namespace) -> None:
    """Print the counts, what was remarked, and how to take it back."""
    shape = upload.layout["shape"]
    number = None if arguments.dry_run else upload.pk
    if arguments.json:
        answer = {"id": number, "shape": shape, **upload.counts}
        print(json.dumps({**answer, "problems": list(problems(upload))}, ensure_ascii=False))
        return
    print(DONE.format(**upload.counts) + (" (nothing was changed)" if arguments.dry_run else ""))
    for note in [f"read as {shape}", *upload.notes]:
        print(f"note: {note}")
    for problem in islice(problems(upload), SHOWN):
        print("row {row}: {reason}".format(**problem))
    if upload.lines.exclude(notes=[]).count() > SHOWN:
        print(f"... these are the first {SHOWN} remarks; --json prints them all")
    if number:
        print(f"take it back with: sendout unsubscribes undo {number} --org {arguments.org}")


def perform_undo(arguments: argparse.Namespace) -> int:
    """Take an import back; 0 when all of it is, 1 when somebody changed entries since."""
    organisation = organisation_of(arguments.org)
    upload = ListImport.objects.filter(organisation=organisation, pk=arguments.id).first()
    if upload is None:
        raise Problem(f"{organisation.name} has no import {arguments.id}")
    try:
        undo_now(upload)
    except NotPossible as refusal:
        raise Problem(str(refusal)) from None
    kept = upload.lines.filter(undone="kept").order_by("number", "channel")
    left = [{"row": line.number, **line.notes[-1]} for line in kept.iterator(2000)]
    if arguments.json:
        print(json.dumps({"id": upload.pk, **upload.counts, "problems": left}, ensure_ascii=False))
    else:
        print(UNDONE.format(**upload.counts))
        for line in left[:SHOWN]:
            print("row {row}: {reason}".format(**line))
    return 1 if left else 0
