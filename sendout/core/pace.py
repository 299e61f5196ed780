"""How fast messages leave: how large a slice may be, and when all of them will have left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

SLICE_SECONDS = 0.25
SMALLEST, LARGEST = 10, 800
FIRST = 50

MINUTE = timedelta(minutes=1)
ENOUGH_MESSAGES, ENOUGH_SECONDS = 30, 10.0  # fewer say nothing about how fast it goes


@dataclass(slots=True)
class SliceSize:
    """Learns from each slice how many messages leave in so many seconds.

    A small slice loses little when its worker dies; a large one costs little per message.
    """

    seconds: float
    size: int = FIRST

    def learn(self, messages: int, seconds: float) -> None:
        """Move half the way to what this slice says; a few messages say nothing about many."""
        if messages < min(self.size, FIRST):
            return
        fitting = messages * self.seconds / max(seconds, 0.001)
        self.size = int(min(max((self.size + fitting) / 2, SMALLEST), LARGEST))


def slice_for_pace(count: int, seconds: float) -> int:
    """Give how many messages fit into a quarter second at `count` per so many seconds, 1 or more.

    Without a pace (count 0) the largest slice.
    """
    if not count:
        return LARGEST
    return max(1, int(count / seconds * SLICE_SECONDS))


def recent(counts: Mapping[datetime, int], now: datetime, minutes: int) -> float:
    """Give how many of those counted by minute fall into the last so many minutes.

    counts: by the beginning of their minute; one that lies inside in part counts in part.
    """
    start = now - minutes * MINUTE
    return sum(n * min(1.0, max(0.0, (at + MINUTE - start) / MINUTE)) for at, n in counts.items())


def speed(allowed: float, messages: float, seconds: float) -> float:
    """Give the messages per second to reckon with; 0 when nobody can know.

    allowed: messages per second that the sender may send, 0 for no limit. messages, seconds: what
    was handed over, and in how long. A server may be slower than what it is allowed.
    """
    measured = messages / seconds if seconds > 0 else 0.0
    if not allowed:
        return measured
    known = messages >= ENOUGH_MESSAGES and seconds >= ENOUGH_SECONDS
    return min(allowed, measured) if known else allowed


@dataclass(frozen=True, slots=True)
class Load:
    """What one send-out asks of a sender. total: at its start; left: what has not left yet."""

    total: int
    left: int
    urgent: bool = False


def ahead(own: Load, others: Iterable[Load]) -> int:
    """Give how many messages of others leave before the last one of this send-out.

    Batches go by their ordinal, urgent ones before all: of a longer send-out only its first
    batches come before our last.
    """
    return sum(_before(own, other) for other in others)


def _before(own: Load, other: Load) -> int:
    if own.urgent != other.urgent:
        return other.left if other.urgent else 0
    return max(0, min(own.total, other.total) - (other.total - other.left))
