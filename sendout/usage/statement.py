"""A month of an organisation's usage: line by line, by day, by send-out; all add up to the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from sendout.accounts.models import Organisation
from sendout.core.money import plain_amount
from sendout.usage.ledger import next_month
from sendout.usage.models import Kind, Medium, Usage

COLUMNS = [
    "day", "kind", "channel", "country", "send_out", "messages", "segments", "price", "currency",
]  # fmt: skip
_MONTH = re.compile(r"(2[01]\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_ORDER = {(kind, channel): n for n, (kind, channel) in enumerate(
    (kind, channel) for channel in Medium.values for kind in Kind.values
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Some usage added up; what it is not told by is empty or 0.

    segments: of the texts among the messages. price: millionths.
    """

    messages: int
    segments: int
    price: int
    kind: str = ""
    channel: str = ""
    country: str = ""
    sendout: int = 0
    day: date | None = None


def used_in(organisation: Organisation, month: date) -> QuerySet[Usage]:
    """Give the organisation's usage of the month that begins on this day."""
    own = Usage.objects.filter(organisation=organisation)
    return own.filter(day__gte=month, day__lt=next_month(month))


def lines(used: QuerySet[Usage], *by: str) -> list[Line]:
    """Add usage up by these fields of `Line`."""
    rows = used.order_by(*by).values(*by)
    texts = Sum("segments", filter=Q(channel=Medium.SMS), default=0)
    summed = rows.annotate(n=Sum("n"), texts=texts, cost=Sum("price"))
    return [
        Line(int(row["n"]), int(row["texts"]), int(row["cost"]), **{name: row[name] for name in by})
        for row in summed
    ]


def by_kind(used: QuerySet[Usage]) -> list[Line]:
    """Add usage up by what was charged for and to which country."""
    found = lines(used, "kind", "channel", "country")
    return sorted(found, key=lambda line: (_ORDER[line.kind, line.channel], line.country or "~"))


def total(found: Iterable[Line]) -> Line:
    """Add lines up to one."""
    every = list(found)
    return Line(
        sum(line.messages for line in every),
        sum(line.segments for line in every),
        sum(line.price for line in every),
    )


def has_charges(organisation: Organisation) -> bool:
    """Tell whether the organisation was ever charged anything."""
    return Usage.objects.filter(organisation=organisation, price__gt=0).exists()


def months(organisation: Organisation, this: date) -> list[date]:
    """Give the first days of the months that have usage, and of this one, the newest first."""
    days = Usage.objects.filter(organisation=organisation).dates("day", "month")
    return sorted({this, *days}, reverse=True)


def rows(organisation: Organisation, month: date) -> Iterator[Sequence[object]]:
    """Give the month by `COLUMNS`, a row of the ledger each; price in units of the currency."""
    used = used_in(organisation, month).order_by("day", "kind", "channel", "country", "sendout")
    for line in used.iterator(2_000):
        yield (
            line.day.isoformat(),
            line.kind,
            line.channel,
            line.country,
            line.sendout or None,
            line.n,
            line.segments,
            plain_amount(line.price),
            organisation.currency,
        )


def read_month(text: str) -> date | None:
    """Read a month like `2026-11`; None for anything else."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None
