"""One channel of a send-out in the list: drawn once for as long as it says the same.

Whoever has the list open asks for it again and again, and nearly all of it stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from sendout.pages.messages.shown import ShownChannel
from sendout.pages.wording import counted

DRAWN = 2_000  # cells that are kept; of a page there are at most fifty


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, by which it is known. See `ShownChannel`; moving: of the send-out."""

    key: str
    total: int
    done: int
    percent: int
    sent: int
    delivered: int
    unconfirmed: int
    unknown: int
    opened: int
    failed: int
    skipped: int
    carried: int
    cancelled: int
    ending: str
    moving: bool

    @property
    def gains(self) -> list[str]:
        """Whom it reached so far: sentences."""
        said = []
        if self.delivered:
            said.append(counted("%(n)s delivered", "%(n)s delivered", self.delivered))
        elif self.sent:
            said.append(counted("%(n)s sent", "%(n)s sent", self.sent))
        if self.opened:
            said.append(counted("%(n)s opened", "%(n)s opened", self.opened))
        return said

    @property
    def lacks(self) -> list[str]:
        """Whom it did not reach, or perhaps not, apart from those that failed: sentences."""
        said = []
        if self.unconfirmed:
            words = counted("%(n)s not confirmed", "%(n)s not confirmed", self.unconfirmed)
            said.append(words)
        if self.unknown:
            said.append(counted("%(n)s unknown", "%(n)s unknown", self.unknown))
        if self.skipped:
            said.append(counted("%(n)s skipped", "%(n)s skipped", self.skipped))
        if self.carried:
            said.append(counted("%(n)s with the family", "%(n)s with the family", self.carried))
        if self.cancelled:
            said.append(counted("%(n)s cancelled", "%(n)s cancelled", self.cancelled))
        return said


def draw(name: str, channel: ShownChannel | None, *, moving: bool) -> SafeString:
    """Draw the cell in the language in force. name: of the send-out, for the progress bar."""
    cell = None
    if channel is not None:
        cell = Cell(
            channel.key,
            channel.total,
            channel.done,
            channel.percent,
            channel.sent,
            channel.delivered,
            channel.unconfirmed,
            channel.unknown,
            channel.opened,
            channel.failed,
            channel.skipped,
            channel.carried,
            channel.cancelled,
            channel.ending,
            moving,
        )
    return _drawn(name, cell, get_language() or "")


@lru_cache(maxsize=DRAWN)
def _drawn(name: str, cell: Cell | None, _language: str) -> SafeString:
    return render_to_string("pages/channel_cell.html", {"name": name, "channel": cell})
