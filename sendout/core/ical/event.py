"""One event of a calendar at one time, and what may be wrong with a calendar."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


class BadCalendar(Exception):
    """A calendar could not be fetched or read; the text is one clause that says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happens once. starts, ends: in UTC; of a whole day, its first and last midnight.

    uid, key: tell it apart from all others of its calendar, however it is moved. key: the day on
    which a repeated event would be without that, and empty for one that does not repeat.
    """

    uid: str
    key: str
    title: str
    starts: datetime
    ends: datetime
    place: str = ""
    categories: tuple[str, ...] = ()
    whole_day: bool = False
    cancelled: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give plain values."""
        times = {"starts": self.starts.isoformat(), "ends": self.ends.isoformat()}
        return asdict(self) | times

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Event:
        """Read what `to_json` gave."""
        times = {name: datetime.fromisoformat(plain[name]) for name in ("starts", "ends")}
        return cls(**(plain | times | {"categories": tuple(plain["categories"])}))
