"""How large a slice may be: what leaves within about a quarter second."""

from __future__ import annotations

from dataclasses import dataclass

SLICE_SECONDS = 0.25
SMALLEST, LARGEST = 10, 500
FIRST = 50


@dataclass(slots=True)
class SliceSize:
    """Learns from each slice how many messages leave in a quarter second.

    A small slice loses little when its worker dies; a large one costs little per message.
    """

    size: int = FIRST

    def learn(self, messages: int, seconds: float) -> None:
        """Move half the way to what this slice says; a few messages say nothing about many."""
        if messages < min(self.size, FIRST):
            return
        fitting = messages * SLICE_SECONDS / max(seconds, 0.001)
        self.size = int(min(max((self.size + fitting) / 2, SMALLEST), LARGEST))


def slice_for_pace(count: int, seconds: float) -> int:
    """Give how many messages fit into a quarter second at `count` per so many seconds, 1 or more.

    Without a pace (count 0) the largest slice.
    """
    if not count:
        return LARGEST
    return max(1, int(count / seconds * SLICE_SECONDS))
