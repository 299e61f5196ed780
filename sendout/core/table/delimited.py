"""CSV as people have it: the delimiter is found, lines and cells are bounded."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from sendout.core.table.errors import BadTable
from sendout.core.table.text import Encoding, open_text

DELIMITERS = ",;\t|"
SAMPLE_LINES = 100
MAX_LINE = 1_000_000  # characters
MAX_CELL = 10_000  # characters
SEP_LINE = re.compile(r'"?sep=(.)"?\n?', re.IGNORECASE)

Record = tuple[int, list[str]]


def find_delimiter(stream: BinaryIO, encoding: Encoding) -> str:
    """Name the delimiter of a CSV file; a comma where there is but one column."""
    text = open_text(stream, encoding)
    try:
        lines = [line for _, line in zip(range(SAMPLE_LINES), _lines(text), strict=False)]
    finally:
        text.detach()
        stream.seek(0)
    if lines and (said := SEP_LINE.fullmatch(lines[0])):
        return said[1]
    return max(DELIMITERS, key=lambda delimiter: _evidence(lines, delimiter))


def _evidence(lines: list[str], delimiter: str) -> float:
    """How many columns a delimiter makes, times the share of the rows that agree."""
    try:
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t")
        widths = Counter(len(cells) for cells in rows if cells)
    except csv.Error:
        return 0
    widths.pop(1, None)
    if not widths:
        return 0
    width, agreeing = widths.most_common(1)[0]
    return width * agreeing / len(lines)


def _lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE):
        number += 1
        if len(line) >= MAX_LINE:
            raise BadTable(
                f"line {number} is longer than {MAX_LINE:,} characters: no list of people has such"
                " a line; open the file in a spreadsheet, mend that line and save it again"
            )
        yield line.replace("\0", "")


def read_records(stream: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[Record]:
    """Yield the filled records of a CSV file, each with the number of the line it starts on.

    Memory stays bounded whatever the file holds: a line has at most MAX_LINE characters and a
    cell at most MAX_CELL, else BadTable is raised.
    """
    lines = _Watched(_lines(open_text(stream, encoding)))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t")
    start = 1
    try:
        for cells in reader:
            if any(cells) and not (start == 1 and SEP_LINE.fullmatch(lines.record)):
                yield start, cells
            start = reader.line_num + 1
            lines.next_record()
    except csv.Error as error:
        raise too_long(start, "an opening quotation mark is perhaps never closed") from error
    lines.refuse_open_quote()


class _Watched:
    """Lines on their way to the parser, the ones of the last record kept to be looked at."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._count = 0
        self._kept: list[str] = []
        self._last: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._count += 1
        self._kept.append(line)
        return line

    @property
    def record(self) -> str:
        return self._kept[0] if len(self._kept) == 1 else ""

    def next_record(self) -> None:
        self._last, self._kept = self._kept, []

    def refuse_open_quote(self) -> None:
        """Refuse a file whose last record swallowed lines because a quote was never closed."""
        if len(self._last) > 1 and sum(line.count('"') for line in self._last) % 2:
            first = self._count - len(self._last) + 1
            raise BadTable(
                f"line {first}: a quotation mark is opened and never closed, so the rows below it"
                " cannot be told apart; remove that quotation mark and try again"
            )


def check_cells(number: int, cells: list[str]) -> None:
    """Refuse a row with a cell longer than MAX_CELL characters."""
    if max(map(len, cells), default=0) > MAX_CELL:
        raise too_long(number, "shorten it and try again")


def too_long(number: int, remedy: str) -> BadTable:
    """Say that a row holds an endless cell."""
    return BadTable(f"row {number} has a cell of more than {MAX_CELL:,} characters; {remedy}")
