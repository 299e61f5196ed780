"""Figures and days as the language of the page writes them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format, get_format
from django.utils.functional import Promise
from django.utils.translation import ngettext

from sendout.core import money as plain

Phrase = str | Promise  # words of a table, translated when they are shown


def number(n: int) -> str:
    """Write a whole number: `1,204`, or `1 204` in French."""
    return intcomma(n)


def counted(one: str, many: str, n: int, **values: object) -> str:
    """Write a sentence about n things: `%(n)s` is the number, and the values have their names."""
    return ngettext(one, many, n) % {"n": number(n), **values}


def money(millionths: int, currency: str, digits: int = 0) -> str:
    """Write an amount as `core.money.money` does, with the marks of the language."""
    signs = {",": get_format("THOUSAND_SEPARATOR"), ".": get_format("DECIMAL_SEPARATOR")}
    return plain.money(millionths, currency, digits).translate(str.maketrans(signs))


def day(at: datetime) -> str:
    """Write a day with its name: `Saturday 28 November 2026`."""
    return date_format(at, "l j F Y")
