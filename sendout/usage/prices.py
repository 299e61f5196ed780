"""The price list of an organisation: what one segment or one email costs, by country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from sendout.accounts.models import Organisation
from sendout.core.money import MILLION, BadAmount, read_amount
from sendout.usage.models import Direction, Price

Line = tuple[str, str, str]
"""Channel, direction, country."""

# Units of the currency. What millions of long texts cost at this price is still a number that
# PostgreSQL can add up: one that it could not would hold up what is being sent.
MOST = 100_000


@dataclass(frozen=True, slots=True)
class PriceList:
    """All prices of an organisation, in millionths of its currency.

    A country without a line of its own costs what all others cost. What is received costs what
    sending to that country costs, unless the list says otherwise. What no line speaks of is free.
    """

    lines: Mapping[Line, int] = field(default_factory=dict)

    def price(self, channel: str, country: str = "", direction: str = Direction.OUT) -> int:
        """Give the price of one segment or one email."""
        sought = [(direction, country), (direction, "")]
        if direction == Direction.IN:
            sought += [(Direction.OUT, country), (Direction.OUT, "")]
        found = (self.lines.get((channel, way, place)) for way, place in sought)
        return next((price for price in found if price is not None), 0)

    def by_country(self, channel: str) -> dict[str, int]:
        """Give a dictionary that answers the same for what is sent, and remembers it."""
        return _ByCountry(self, channel)

    def is_free(self, channel: str) -> bool:
        """Tell whether nothing that is sent by this channel costs anything."""
        return not any(
            price for (way, to, _), price in self.lines.items() if (way, to) == (channel, "out")
        )


class _ByCountry(dict[str, int]):
    def __init__(self, prices: PriceList, channel: str) -> None:
        super().__init__()
        self._prices, self._channel = prices, channel

    def __missing__(self, country: str) -> int:
        self[country] = price = self._prices.price(self._channel, country)
        return price


def price_list(organisation: int) -> PriceList:
    """Read the price list of the organisation with this id, as it is now."""
    rows = Price.objects.filter(organisation=organisation).values_list(
        "channel", "direction", "country", "price"
    )
    return PriceList({(channel, way, country): price for channel, way, country, price in rows})


def read_price(typed: str) -> int:
    """Read a price as millionths. Raises BadAmount for what is none, or more than `MOST`."""
    price = read_amount(typed)
    if price > MOST * MILLION:
        raise BadAmount(f"{typed.strip()[:40]} is too much; a price is at most {MOST:,}")
    return price


def put(organisation: Organisation, line: Line, price: int) -> None:
    """Write one line of the list, in the place of the one there was."""
    channel, direction, country = line
    Price.objects.update_or_create(
        organisation=organisation,
        channel=channel,
        direction=direction,
        country=country,
        defaults={"price": price},
    )


@transaction.atomic
def replace(organisation: Organisation, lines: Mapping[Line, int]) -> None:
    """Write the whole list anew; what it does not name is free from then on."""
    Price.objects.filter(organisation=organisation).delete()
    Price.objects.bulk_create(_rows(organisation, lines.items()))


def _rows(organisation: Organisation, lines: Iterable[tuple[Line, int]]) -> list[Price]:
    return [
        Price(
            organisation=organisation,
            channel=channel,
            direction=direction,
            country=country,
            price=price,
        )
        for (channel, direction, country), price in lines
    ]
