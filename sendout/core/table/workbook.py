"""Workbooks (XLSX, XLSB, XLS, ODS), read by a child process with bounded memory.

A few hundred bytes of XLSX can ask for half a terabyte: a cell in the last row and column makes
the parser allocate the whole sheet, and that failure ends its process. So the parser gets a process
of its own, with a limit; if it dies, the list is refused and nothing else is touched.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from sendout.core.table.delimited import Record
from sendout.core.table.errors import BadTable

MAX_UNPACKED = 1 << 30  # bytes, all parts of the workbook together
MAX_RATIO = 200  # unpacked to packed; real sheets stay below 40
SMALL = 10 << 20  # bytes; below this no ratio matters
CHILD = [sys.executable, "-I", "-m", "sendout.core.table.workbook_child"]


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook: its filled rows and what was said about the other sheets."""

    records: Iterator[Record]
    notes: list[str]


def read_workbook(stream: BinaryIO) -> Sheet:
    """Open the first visible sheet; raises BadTable when it is damaged, locked or too large."""
    _refuse_zip_bomb(stream)
    answers = _ask_child(stream)
    opening = cast(dict[str, list[str]], next(answers))
    return Sheet(cast(Iterator[Record], answers), opening["notes"])


def _refuse_zip_bomb(stream: BinaryIO) -> None:
    if not zipfile.is_zipfile(stream):
        stream.seek(0)
        return
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
    stream.seek(0)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * packed):
        raise BadTable(
            f"this workbook unpacks to {unpacked >> 20:,} MB, which is more than a list of people"
            " needs; save the sheet as CSV and try again"
        )


def _ask_child(stream: BinaryIO) -> Iterator[object]:
    with tempfile.TemporaryFile() as copy:
        while chunk := stream.read(1 << 20):
            copy.write(chunk)
        copy.seek(0)
        child = subprocess.Popen(
            CHILD, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    try:
        yield from _read_answers(child)
    finally:
        child.kill()
        child.communicate()


def _read_answers(child: "subprocess.Popen[bytes]") -> Iterator[object]:
    for line in child.stdout or ():
        answer = json.loads(line)
        if isinstance(answer, str):
            if answer == "end":
                return
            raise BadTable(answer)
        yield answer
    raise BadTable(
        "this workbook is damaged or too large to be read; save the sheet as CSV and try again"
    )
