"""The days of a month as bars, drawn as SVG: the policy of our pages allows no inline styles."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sendout.pages.wording import counted, money
from sendout.usage.statement import Line

HEIGHT, STEP, WIDTH = 120, 24, 16  # of the drawing's own units
LEAST = 2  # so that a day with little can be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One day. x, y, height: where it is drawn. words: what it stands for."""

    day: int
    x: int
    y: int
    height: int
    words: str

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + WIDTH // 2


@dataclass(frozen=True, slots=True)
class Bars:
    """The whole drawing. most: what the highest bar stands for, in words."""

    every: list[Bar]
    most: str
    width: int
    height: int = HEIGHT
    bar: int = WIDTH


def bars(month: date, days: Iterable[Line], currency: str) -> Bars | None:
    """Draw a month: by price, or by messages where all of it was free. None for an empty month."""
    found = {line.day.day: line for line in days if line.day is not None}
    if not found:
        return None
    free = not any(line.price for line in found.values())
    size = {day: line.messages if free else line.price for day, line in found.items()}
    most = max(size.values())
    count = monthrange(month.year, month.month)[1]
    every = []
    for day in range(1, count + 1):
        line = found.get(day)
        height = max(LEAST, HEIGHT * size[day] // most) if line else 0
        words = f"{_messages(line.messages)}, {money(line.price, currency)}" if line else ""
        every.append(
            Bar(day, (day - 1) * STEP + (STEP - WIDTH) // 2, HEIGHT - height, height, words)
        )
    top = _messages(most) if free else money(most, currency)
    return Bars(every, top, count * STEP)


def _messages(n: int) -> str:
    return counted("%(n)s message", "%(n)s messages", n)
