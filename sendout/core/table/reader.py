"""Open a list of people, whatever program wrote it, and read it row by row."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from sendout.core.table.delimited import Record, check_cells, find_delimiter, read_records
from sendout.core.table.errors import BadTable
from sendout.core.table.header_row import find_header
from sendout.core.table.headers import SAMPLE
from sendout.core.table.kind import Kind, recognise
from sendout.core.table.text import find_encoding
from sendout.core.table.workbook import read_workbook

MAX_COLUMNS = 500
PEEK = 100  # filled rows read ahead to find the headers and the width

__all__ = ["BadTable", "Row", "Table", "open_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line or row number that the file's own program shows, and its cells.

    mended: what had to be done so that the row fits under the headers, or an empty string.
    """

    number: int
    cells: list[str]
    mended: str = ""


@dataclass(slots=True)
class Table:
    """An opened list. `rows` can be read once; `sample` holds the first of them."""

    headers: list[str]
    sample: list[Row]
    rows: Iterator[Row]
    notes: list[str]
    _records: Iterator[Record]

    def close(self) -> None:
        """Stop reading; ends a workbook's process."""
        self.rows = iter(())
        if isinstance(self._records, Generator):
            self._records.close()


def open_table(stream: BinaryIO) -> Table:
    """Open a CSV file or a workbook; the stream must be seekable and is the table's from now on.

    `notes` say what was found out about the file. Raises BadTable, then or while rows are read,
    when it is no such file, is damaged, has no rows, or has a cell without end.
    """
    records, notes = _open_records(stream)
    first = list(islice(records, PEEK))
    if not first:
        raise BadTable("this file is empty: it has no filled row")
    header = find_header([cells for _, cells in first])
    if len(header.names) > MAX_COLUMNS:
        raise BadTable(
            f"this list has {len(header.names):,} columns; a list may have at most {MAX_COLUMNS}"
        )
    below = first if header.index is None else first[header.index + 1 :]
    if not below:
        raise BadTable("this file has a header row and no row of people below it")
    rows = _fit(chain(below, records), len(header.names))
    sample = list(islice(rows, SAMPLE))
    return Table(header.names, sample, chain(sample, rows), notes + header.notes, records)


def _open_records(stream: BinaryIO) -> tuple[Iterator[Record], list[str]]:
    if recognise(stream) == Kind.WORKBOOK:
        sheet = read_workbook(stream)
        return sheet.records, sheet.notes
    encoding = find_encoding(stream)
    delimiter = find_delimiter(stream, encoding)
    notes = [encoding.said] if encoding.said else []
    return read_records(stream, encoding, delimiter), notes


def _fit(records: Iterator[Record], width: int) -> Iterator[Row]:
    for number, cells in records:
        check_cells(number, cells)
        if not any(map(str.strip, cells)):
            continue
        if len(cells) == width:
            yield Row(number, cells)
        elif len(cells) < width:
            yield Row(number, _pad(cells, width), _short(len(cells), width))
        else:
            yield Row(number, cells[:width], _long(cells, width))


def _pad(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _short(count: int, width: int) -> str:
    return f"the row has {count} cells under {width} headers; the missing ones were taken as empty"


def _long(cells: list[str], width: int) -> str:
    extra = ", ".join(f"“{cell.strip()[:40]}”" for cell in cells[width:] if cell.strip())
    if not extra:
        return ""
    return f"the row has {len(cells)} cells under {width} headers; left out: {extra}"
