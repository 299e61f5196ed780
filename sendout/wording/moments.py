"""Days and times as pages write them: what Django's `date_format` gives, quicker.

Short months in French are those that French abbreviates (3 fév., 14 mars): `M` is `N` there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from django.utils.dateformat import re_escaped, re_formatchars
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_AP, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, override

Part: TypeAlias = Callable[[Any], int | str]  # of a date or datetime

OF_DAYS: dict[str, tuple[str, Part]] = {
    "d": ("%02d", lambda at: at.day),
    "j": ("%d", lambda at: at.day),
    "m": ("%02d", lambda at: at.month),
    "n": ("%d", lambda at: at.month),
    "Y": ("%04d", lambda at: at.year),
}
OF_TIMES: dict[str, tuple[str, Part]] = {
    "H": ("%02d", lambda at: at.hour),
    "i": ("%02d", lambda at: at.minute),
    "s": ("%02d", lambda at: at.second),
}
FORMATS = 500  # of all languages together that are remembered
_NAMED = re.compile(r"[A-Z]+(_[A-Z]+)+")  # SHORT_DATE_FORMAT: its meaning a language decides
_SHORT = re.compile(r"(\\.)|M")


def written(at: date, pattern: str) -> str:
    """Write a day or time in the language of the page. pattern: as Django's `date` filter has it.

    A time is written as it is, in whatever zone it is in.
    """
    pattern = in_language(pattern, language := get_language() or "")
    quick = _quick(pattern, language)
    if quick is None or (quick[2] and not isinstance(at, datetime)):
        return str(date_format(at, pattern))
    template, parts, _ = quick
    return template % tuple([part(at) for part in parts])


@lru_cache(maxsize=FORMATS)
def in_language(pattern: str, language: str) -> str:
    """Give the pattern of Django's that is meant in a language."""
    if not language.startswith("fr") or _NAMED.fullmatch(pattern):
        return pattern
    return _SHORT.sub(lambda found: found[1] or "N", pattern)


@lru_cache(maxsize=FORMATS)
def _quick(pattern: str, language: str) -> tuple[str, list[Part], bool] | None:
    """Give a template with what goes into it, and whether that asks for a time of the day.

    None for a pattern with letters that this does not know.
    """
    if not language or _NAMED.fullmatch(pattern):
        return None
    template, parts, of_time = "", [], False
    known = {**OF_DAYS, **OF_TIMES, **_names(language)}
    for n, piece in enumerate(re_formatchars.split(pattern)):
        if n % 2 == 0:
            template += re_escaped.sub(r"\1", piece).replace("%", "%%")
        elif piece not in known:
            return None
        else:
            place, part = known[piece]
            template += place
            parts.append(part)
            of_time = of_time or piece in OF_TIMES
    return template, parts, of_time


def _names(language: str) -> dict[str, tuple[str, Part]]:
    with override(language):
        months = {n: str(name) for n, name in MONTHS.items()}
        short = {n: str(name).title() for n, name in MONTHS_3.items()}
        spoken = {n: str(name) for n, name in MONTHS_AP.items()}
        days = {n: str(name) for n, name in WEEKDAYS.items()}
        abbreviated = {n: str(name) for n, name in WEEKDAYS_ABBR.items()}
    return {
        "F": ("%s", lambda at: months[at.month]),
        "M": ("%s", lambda at: short[at.month]),
        "N": ("%s", lambda at: spoken[at.month]),
        "l": ("%s", lambda at: days[at.weekday()]),
        "D": ("%s", lambda at: abbreviated[at.weekday()]),
    }
