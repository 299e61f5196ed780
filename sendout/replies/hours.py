"""When an office is open, by its own clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 8  # days that are looked at: each weekday, and today's again


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on these days (0 for Monday) from `opens` until `closes`; without days always."""

    days: Collection[int]
    opens: time
    closes: time
    zone: ZoneInfo

    def open_at(self, at: datetime) -> bool:
        """Tell whether the office is open at this time."""
        if not self.days:
            return True
        local = at.astimezone(self.zone)
        return local.weekday() in self.days and self.opens <= local.time() < self.closes

    def opens_next(self, at: datetime) -> datetime:
        """Give when a closed office opens; the time itself while it is open."""
        if self.open_at(at):
            return at
        return next(when for when in self._times(self.opens, at, 1) if when > at)

    def closed_since(self, at: datetime) -> datetime:
        """Give when an office that is closed now was closed, the same for the whole closure."""
        return next(when for when in self._times(self.closes, at, -1) if when <= at)

    def _times(self, clock: time, at: datetime, step: int) -> Iterator[datetime]:
        """Give this time of every day on which the office is open, from today on or back."""
        today = at.astimezone(self.zone).date()
        for n in range(WEEK):
            day = today + timedelta(days=n * step)
            if day.weekday() in self.days:
                yield _moment(day, clock, self.zone)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone)
