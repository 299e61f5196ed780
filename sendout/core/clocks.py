"""A time on the clock of a place, on the two days of the year on which the clocks change too."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def changes(local: datetime, zone: tzinfo) -> bool:
    """Tell whether the clocks skip this naive time, or show it twice."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


def at(local: datetime, zone: tzinfo) -> datetime:
    """Give the moment, in UTC, at which the clocks show this naive time.

    A time that is skipped counts from before the change: 2:30 is an hour after 1:30, when they show
    3:30. Of one that comes twice the first is meant (both as RFC 5545, section 3.3.5, has it).
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def words(local: datetime, zone: tzinfo) -> str:
    """Say what the change of the clocks made of this naive time; empty on any other day."""
    if not changes(local, zone):
        return ""
    if at(local, zone).astimezone(zone).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        return f"The clocks go forward and skip {local:%H:%M} on that day."
    return f"The clocks go back and show {local:%H:%M} twice on that day: it is the first time."
