"""The files inside the emails that are under way: encoded once, shared by all recipients."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sendout.compose.attaching import tail_of
from sendout.compose.models import Message

MOST_BYTES = 32_000_000  # that are kept of send-outs that nobody sends at this moment
SLICE_BYTES = 32_000_000  # that may leave together, so that a slice ends in its time


class Tails:
    """What emails go on with, by message; the least used is forgotten first."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._known: OrderedDict[tuple[int, int, str], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, message: int, version: int, boundary: str) -> bytes:
        """Give what the emails of a message go on with. One thread reads it, the others wait."""
        key = (message, version, boundary)
        with self._lock:
            if key not in self._known:
                self._known[key] = tail_of(Message(pk=message), boundary)
                self._forget()
            self._known.move_to_end(key)
            return self._known[key]

    def _forget(self) -> None:
        while len(self._known) > 1 and sum(map(len, self._known.values())) > self._most:
            self._known.popitem(last=False)


def fitting(weight: int, most: int) -> int:
    """Give how many emails may be in a slice, 1 or more. weight: bytes of the files of each."""
    return max(1, min(most, SLICE_BYTES // weight)) if weight else most


tails = Tails()
