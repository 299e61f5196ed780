"""Dates and times as spreadsheets and other systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

OLDEST = 1995  # no list of unsubscribes is older; a year before it is a slip or an empty cell
MONTH_FIRST = frozenset({"US", "CA", "PH"})  # who writes 5/14/2025
_DAY = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
_MONTH = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
_WORDS = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%d-%b-%Y", "%d-%b-%y", "%Y/%m/%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_BLANKS = re.compile(r"[\s\u00a0\u202f]+")
_ZONE_WORD = re.compile(r" ?(UTC|GMT|Z)$", re.IGNORECASE)


def read_date(cell: str, country: str, zone: tzinfo) -> datetime | None:
    """Read a date, with or without a time, as an aware moment in UTC; None when it is none.

    country: decides whether 5/6/2025 is May or June; a day above 12 decides by itself.
    zone: of times that name none.
    """
    text = _BLANKS.sub(" ", cell.strip()).replace(",", "").replace(" at ", " ")
    if named := _ZONE_WORD.search(text):
        text, zone = text[: named.start()], UTC
    found = _read_iso(text) or _read_written(text, country)
    if found is None or found.year < OLDEST:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _read_iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_written(text: str, country: str) -> datetime | None:
    if len(text) > 40:
        return None
    numeric = (_MONTH, _DAY) if country in MONTH_FIRST else (_DAY, _MONTH)
    for day in (*numeric[0], *numeric[1], *_WORDS):
        for time in _TIMES:
            try:
                return datetime.strptime(text, day + time)  # noqa: DTZ007 (the caller knows the zone)
            except ValueError:
                continue
    return None
