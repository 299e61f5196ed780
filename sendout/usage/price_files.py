"""A price list as a file: written as CSV, and read back line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from phonenumbers import SUPPORTED_REGIONS

from sendout.core.money import plain_amount
from sendout.core.table.delimited import find_delimiter, read_records
from sendout.core.table.errors import BadTable
from sendout.core.table.safe import unshield
from sendout.core.table.text import find_encoding
from sendout.usage.models import Direction, Medium
from sendout.usage.prices import Line, PriceList, read_price

COLUMNS = ["channel", "direction", "country", "price"]
MOST = 2_000  # lines; there are some 250 countries
WAYS = {
    (Medium.EMAIL.value, Direction.OUT.value),
    (Medium.SMS.value, Direction.OUT.value),
    (Medium.SMS.value, Direction.IN.value),
}


class BadPrices(ValueError):
    """This file is no price list; the text is one sentence that names the line."""


def price_rows(prices: PriceList) -> Iterator[list[object]]:
    """Give the list as rows of `COLUMNS`, prices in units of the currency."""
    for line, price in sorted(prices.lines.items()):
        yield [*line, plain_amount(price)]


def read_prices(stream: BinaryIO) -> dict[Line, int]:
    """Read a price list, in millionths by line. The stream must be seekable.

    Raises BadPrices at the first line that is not right.
    """
    try:
        encoding = find_encoding(stream)
        records = read_records(stream, encoding, find_delimiter(stream, encoding))
        _, headers = next(records, (1, []))
        places = _places(headers)
        return _lines(records, places)
    except BadTable as error:
        raise BadPrices(str(error)) from error


def _places(headers: list[str]) -> list[int]:
    names = [unshield(name).strip().lower() for name in headers]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise BadPrices(
            f"line 1 has no column “{missing[0]}”: a price list has the columns "
            f"{', '.join(COLUMNS)}"
        )
    return [names.index(name) for name in COLUMNS]


def _lines(records: Iterator[tuple[int, list[str]]], places: list[int]) -> dict[Line, int]:
    found: dict[Line, int] = {}
    for number, cells in records:
        try:
            line, price = _read(cells, places)
        except ValueError as error:
            raise BadPrices(f"line {number}: {error}") from error
        if line in found:
            raise BadPrices(f"line {number}: this price stands in the file twice; keep one")
        if len(found) >= MOST:
            raise BadPrices(f"line {number}: a price list has at most {MOST:,} lines")
        found[line] = price
    return found


def _read(cells: list[str], places: list[int]) -> tuple[Line, int]:
    """Read one line. Raises ValueError with the reason."""
    texts = [unshield(cells[place]).strip() if place < len(cells) else "" for place in places]
    channel, direction, country = texts[0].lower(), texts[1].lower(), texts[2].upper()
    if (channel, direction) not in WAYS:
        raise ValueError(
            f"“{channel[:20]}” and “{direction[:20]}” is nothing that has a price; write email and "
            "out, sms and out, or sms and in"
        )
    check_country(channel, country)
    return (channel, direction, country), read_price(texts[3])


def check_country(channel: str, country: str) -> None:
    """Raise ValueError, with the reason, unless a price of this channel can be for this country."""
    if country and channel == Medium.EMAIL:
        raise ValueError("email has one price for all countries; leave the country empty")
    if country and country not in SUPPORTED_REGIONS:
        raise ValueError(
            f"“{country[:20]}” is no country; write two letters such as CA, or nothing for all "
            "others"
        )
