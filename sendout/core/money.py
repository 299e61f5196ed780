"""Money: whole millionths of a currency inside, as people write it outside."""

from __future__ import annotations

import re
from collections.abc import Iterable

MILLION = 1_000_000
PLACES = 6  # a price for one text may be a fraction of a cent, and no finer than this

# ISO 4217: currencies without a small coin, and those whose small coin has three digits.
_WITHOUT = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip
_OF_THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_TYPED = re.compile(r"(\d+)(?:[.,](\d+))?")
_THOUSANDS = re.compile(r"[1-9]\d*,\d{3}")
_GAPS = str.maketrans("", "", " \u00a0\u202f'’")


class BadAmount(ValueError):
    """What was typed is no amount of money; the text is one sentence for whoever typed it."""


def money(millionths: int, currency: str, digits: int = 0) -> str:
    """Write an amount with its currency: `0.014 CAD`, `1,204.50 CAD`, `12 JPY`.

    digits: behind the point at least, as `digits_for` gives them for a column of amounts.
    """
    return f"{amount(millionths, currency, digits)} {currency}"


def amount(millionths: int, currency: str, digits: int = 0) -> str:
    """Write an amount: the digits of the small coin, more only where there is something left."""
    whole, rest = divmod(abs(millionths), MILLION)
    part = f"{rest:0{PLACES}}".rstrip("0").ljust(max(digits, _digits(currency)), "0")
    sign = "-" if millionths < 0 else ""
    return f"{sign}{whole:,}.{part}" if part else f"{sign}{whole:,}"


def digits_for(amounts: Iterable[int]) -> int:
    """Give how many digits behind the point these need, so that a column of them lines up."""
    return max((len(f"{abs(each) % MILLION:0{PLACES}}".rstrip("0")) for each in amounts), default=0)


def _digits(currency: str) -> int:
    return 0 if currency in _WITHOUT else 3 if currency in _OF_THREE else 2


def plain_amount(millionths: int) -> str:
    """Write an amount for files and forms: a point, no other marks, no needless digit."""
    whole, rest = divmod(millionths, MILLION)
    part = f"{rest:0{PLACES}}".rstrip("0")
    return f"{whole}.{part}" if part else str(whole)


def read_amount(typed: str) -> int:
    """Read an amount as millionths; a point or a comma stands before the fraction.

    Raises BadAmount for anything else, such as `1,000`, which is a thousand to some and one to
    others; for less than a millionth; for a billion or more.
    """
    text = typed.strip().translate(_GAPS)
    if _THOUSANDS.fullmatch(text):
        raise BadAmount(f"{text[:40]} can be read in two ways; write it with a point, or without")
    found = _TYPED.fullmatch(text) if text.isascii() else None
    if found is None:
        raise BadAmount(f"“{typed.strip()[:40]}” is not an amount; write it like 0.0075")
    whole, part = found[1], (found[2] or "").rstrip("0")
    if len(part) > PLACES:
        raise BadAmount(f"{text[:40]} has more than {PLACES} digits behind the point")
    if len(whole) > 9:
        raise BadAmount(f"{text[:40]} is too much; an amount is less than a billion")
    return int(whole) * MILLION + int(part.ljust(PLACES, "0"))
