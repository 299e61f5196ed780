"""How many messages a new sender may send on each of its first days, and how long they take.

Receiving servers mistrust a domain that says nothing for years and then sends thousands. So the
first day allows a few, each day half as many again, until what is usual is reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

GROWTH = 1.5
MOST_DAYS = 60  # from one message a day, the largest number that can be asked for is reached


def allowed(first: int, target: int, day: int) -> int | None:
    """Give how many messages may leave on a day, from 0; None when there is no limit any more.

    first: on day 0, none of it: no warm-up. target: messages a day at which it ends.
    """
    grown = first * GROWTH ** min(max(day, 0), MOST_DAYS)
    return math.ceil(grown) if first > 0 and grown < target else None


def days(first: int, target: int) -> int:
    """Give on how many days there is a limit."""
    return next(day for day in range(MOST_DAYS + 1) if allowed(first, target, day) is None)


@dataclass(frozen=True, slots=True)
class Warming:
    """A warm-up today. day: from 0; sent: let through today."""

    first: int
    target: int
    day: int
    sent: int

    @property
    def today(self) -> int | None:
        """What today allows."""
        return allowed(self.first, self.target, self.day)

    @property
    def days(self) -> int:
        """On how many days there is a limit."""
        return days(self.first, self.target)

    def left(self, later: int = 0) -> int | None:
        """Give what may still leave in so many days, 0 for today; None for no limit."""
        limit = allowed(self.first, self.target, self.day + later)
        return limit if limit is None or later else max(0, limit - self.sent)


def days_full(messages: int, ways: Iterable[Warming | None]) -> tuple[int, int]:
    """Give after how many whole days the rest fits into one, and how large that rest is.

    ways: those that share the work; None where there is no warm-up.
    """
    together, left = list(ways), messages
    for later in range(MOST_DAYS):
        room = [way.left(later) if way else None for way in together]
        limits = [limit for limit in room if limit is not None]
        if len(limits) < len(room) or left <= sum(limits):
            return later, left
        left -= sum(limits)
    return MOST_DAYS, left
