"""When an event begins and ends, on the clock of its own zone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from icalendar.cal.component import Component

from sendout.core import clocks


@dataclass(frozen=True, slots=True)
class Span:
    """start: naive, on the clock of the zone. lasts: by that clock, too."""

    start: datetime
    lasts: timedelta
    zone: tzinfo
    whole_day: bool

    @property
    def starts(self) -> datetime:
        """Give the moment of the beginning, in UTC."""
        return clocks.at(self.start, self.zone)

    @property
    def ends(self) -> datetime:
        """Give the moment of the end, in UTC; never before the beginning."""
        return max(self.starts, clocks.at(self.start + self.lasts, self.zone))

    def at(self, start: datetime) -> Span:
        """Give the same at another time."""
        return replace(self, start=start)


def span_of(component: Component, zone: tzinfo) -> Span | None:
    """Read when it begins and ends; None when it does not say. zone: of times that name none."""
    start = _value(component, "DTSTART")
    if start is None:
        return None
    whole_day = not isinstance(start, datetime)
    own = zone_of(start, zone)
    begin = local(start, own)
    end = _value(component, "DTEND")
    given = getattr(component.get("DURATION"), "dt", None)
    lasts = timedelta(days=1) if whole_day else timedelta()
    if end is not None:
        lasts = local(end, own) - begin
    elif isinstance(given, timedelta):
        lasts = given
    return Span(begin, max(lasts, timedelta()), own, whole_day)


def told(component: Component, name: str) -> Any:
    """Give what it says under a name, as the library reads it, which knows thirty types."""
    return component.get(name)


def zone_of(value: date, zone: tzinfo) -> tzinfo:
    """Give the zone that a time names, or this one."""
    return (value.tzinfo if isinstance(value, datetime) else None) or zone


def local(value: date, zone: tzinfo) -> datetime:
    """Give a date or time as the clocks of a zone show it, naive."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None, fold=0)


def word(component: Component, name: str) -> str:
    """Give a text of it on one line; empty where there is none."""
    value = component.get(name, "")
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(str(value).replace("\0", "").split())


def _value(component: Component, name: str) -> date | None:
    found = getattr(component.get(name), "dt", None)
    return found if isinstance(found, date) else None
