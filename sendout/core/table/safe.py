"""CSV that is safe to open in a spreadsheet, and can be read back as it was.

A spreadsheet runs a cell that starts with = + - @ (or a tab or carriage return before one) as a
formula (OWASP, "CSV Injection"). Such a cell gets an apostrophe in front, which spreadsheets
understand as "this is text". Plain numbers are let through: +15145550199 and -12.50 can call
nothing, and phone numbers stay usable in whatever reads the file next. A cell that already looks
shielded gets one apostrophe more, so that `unshield(shield(cell)) == cell` for every cell.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

MARK = "\ufeff"  # tells Excel that the file is UTF-8
DANGEROUS = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")
SHIELDED = re.compile(r"'+\s*[=+\-@\t\r＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)?")


def shield(cell: str) -> str:
    """Make one cell harmless in a spreadsheet."""
    if not DANGEROUS.match(cell) and not cell.startswith(("\t", "\r")):
        return cell
    return cell if PLAIN_NUMBER.fullmatch(cell) else "'" + cell


def unshield(cell: str) -> str:
    """Undo `shield`."""
    return cell[1:] if SHIELDED.match(cell) or cell.startswith(("'\t", "'\r")) else cell


def csv_line(cells: Iterable[object]) -> str:
    """Write one line of CSV (RFC 4180, CRLF), every cell shielded, None as an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow([shield("" if cell is None else str(cell)) for cell in cells])
    return line.getvalue()


def csv_lines(rows: Iterable[Iterable[object]], *, for_excel: bool = False) -> Iterator[str]:
    """Write rows one by one, for a streamed answer; for_excel: start with a byte order mark."""
    if for_excel:
        yield MARK
    for row in rows:
        yield csv_line(row)
