"""The child process that parses a workbook on its standard input and writes its rows as JSON.

First `{"notes": […]}`, then `[row number, [cell, …]]` for each filled row, then `"end"`; or one
sentence as a JSON string when the workbook cannot be read.
"""

import datetime as dt
import json
import os
import resource
import sys
from collections.abc import Iterator

import python_calamine as calamine

MEMORY = 2 << 30  # bytes of address space
SECONDS = 300  # of processor time
MAX_COLUMNS = 500


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for answer in _answers():
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(0)


def _answers() -> Iterator[object]:
    try:
        with os.fdopen(0, "rb") as source:
            workbook = calamine.CalamineWorkbook.from_filelike(source)
        visible, notes = choose_sheet(workbook.sheets_metadata)
        sheet = workbook.get_sheet_by_name(visible)
    except calamine.PasswordError:
        yield "this workbook is protected by a password; remove the password and try again"
    except (calamine.CalamineError, LookupError, ValueError) as error:
        yield f"this workbook cannot be read ({error}); save the sheet as CSV and try again"
    else:
        yield {"notes": notes}
        yield from _rows(sheet)


def choose_sheet(sheets: list[calamine.SheetMetadata]) -> tuple[str, list[str]]:
    """Name the first visible worksheet, and say which others were not read."""
    pages = [sheet for sheet in sheets if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    if not pages:
        raise LookupError("it has no sheet")
    shown = [page for page in pages if page.visible == calamine.SheetVisibleEnum.Visible]
    chosen = (shown or pages)[0]
    others = [
        f"“{page.name}”" + ("" if page in shown else " (hidden)")
        for page in pages
        if page is not chosen
    ]
    if not others:
        return chosen.name, []
    return chosen.name, [f"only the sheet “{chosen.name}” was read, not {', '.join(others)}"]


def _rows(sheet: calamine.CalamineSheet) -> Iterator[object]:
    if sheet.width > MAX_COLUMNS:
        yield f"this sheet has {sheet.width:,} columns; a list may have at most {MAX_COLUMNS}"
        return
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [as_text(value) for value in values]
        if any(cells):
            yield [number, cells]
    yield "end"


def as_text(value: object) -> str:
    """Write a cell as a person would type it: whole numbers without ".0", dates in ISO 8601."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(" ", "minutes" if value.second == 0 else "seconds")
        case dt.time():
            return value.isoformat("minutes" if value.second == 0 else "seconds")
        case _:
            return str(value).replace("\0", "")


if __name__ == "__main__":
    main()
