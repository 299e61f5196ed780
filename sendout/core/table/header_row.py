"""Where the headers are: below titles and blank lines, or nowhere at all."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sendout.core.table.headers import EMAIL_LIKE, Confidence, read_header

LOOKED_AT = 20  # first filled rows
NUMBER_LIKE = re.compile(r"\+?[\d\s().-]{7,}")


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header's place among the first filled rows (None: there is none), its distinct names."""

    index: int | None
    names: list[str]
    notes: list[str]


def find_header(rows: list[list[str]]) -> HeaderRow:
    """Find the header among the first filled rows and give every column a name of its own."""
    index = _locate(rows[:LOOKED_AT])
    width = max((len(row) for row in rows), default=0)
    if index is None:
        names = [f"Column {n}" for n in range(1, width + 1)]
        return HeaderRow(None, names, ["there is no header row, so the columns were numbered"])
    notes = [f"{_titles(rows[:index])} above the headers left out"] if index else []
    names, renamed = distinct(rows[index])
    if renamed:
        notes.append(f"columns of the same name were numbered: {', '.join(renamed)}")
    return HeaderRow(index, names, notes)


def _locate(rows: list[list[str]]) -> int | None:
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = Counter(filled).most_common(1)[0][0] if filled else 0
    for i, row in enumerate(rows):
        if _known(row) >= min(2, usual) and not _is_data(row):
            return i
    first = next(i for i, count in enumerate(filled) if count >= 0.6 * usual)
    return None if _is_data(rows[first]) else first


def _known(row: list[str]) -> int:
    return sum(read_header(cell).confidence == Confidence.SURE for cell in row if cell.strip())


def _is_data(row: list[str]) -> bool:
    return any(
        EMAIL_LIKE.fullmatch(cell.strip()) or NUMBER_LIKE.fullmatch(cell.strip()) for cell in row
    )


def _titles(rows: list[list[str]]) -> str:
    shown = next(cell.strip() for row in rows for cell in row if cell.strip())[:60]
    return f"“{shown}”" if len(rows) == 1 else f"{len(rows)} rows (“{shown}”, …)"


def distinct(headers: Iterable[str]) -> tuple[list[str], list[str]]:
    """Name every column differently; also gives the names that had to be made."""
    names: list[str] = []
    renamed: list[str] = []
    used: set[str] = set()
    for place, header in enumerate(headers, 1):
        wanted = " ".join(header.split())[:100] or f"Column {place}"
        name = _unused(wanted, used)
        if name != wanted:
            renamed.append(f"“{name}”")
        used.add(name.casefold())
        names.append(name)
    return names, renamed


def _unused(wanted: str, used: set[str]) -> str:
    name, count = wanted, 1
    while name.casefold() in used:
        count += 1
        name = f"{wanted} ({count})"
    return name
