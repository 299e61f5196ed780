"""The times of a repeated event, on the clock of its own zone (RFC 5545, section 3.8.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from dateutil.rrule import rrule, rrulestr
from icalendar.cal.component import Component

from sendout.core.ical.event import BadCalendar
from sendout.core.ical.times import Span, local, told

MOST = 5_000  # events that are taken of one calendar
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
TRIED = 50_000  # times since its beginning that are passed over; daily since 1890


class Times:
    """When a repeated event takes place, and by what each of its times is known."""

    def __init__(self, first: Component, span: Span, until: datetime) -> None:
        """until: aware; later times are not looked at. Raises BadCalendar."""
        self.span = span
        self._last = until.astimezone(span.zone).replace(tzinfo=None)
        self._title = str(first.get("SUMMARY", ""))[:60]
        self._all = sorted(set(self._planned(first)))
        self._excluded = list(_moments(first, "EXDATE"))
        self._a_day = Counter(each.date() for each in self._all)

    def kept(self) -> Iterator[datetime]:
        """Give the local times that were not taken out again."""
        whole = {each for each in self._excluded if not isinstance(each, datetime)}
        exact = {local(each, self.span.zone) for each in self._excluded}
        for each in self._all:
            if each not in exact and each.date() not in whole:
                yield each

    def original(self, change: Component) -> datetime:
        """Give the local time at which what was changed would have been."""
        return local(told(change, "RECURRENCE-ID").dt, self.span.zone)

    def key(self, change: Component) -> str:
        """Give what a changed time is known by."""
        return self.key_of(self.original(change))

    def key_of(self, time: datetime) -> str:
        """Give what a local time is known by: its day, so that a whole series can be moved."""
        several = self._a_day[time.date()] > 1
        return f"{time:%Y-%m-%dT%H:%M}" if several else f"{time:%Y-%m-%d}"

    def _planned(self, first: Component) -> Iterator[datetime]:
        yield self.span.start
        for value in _moments(first, "RDATE"):
            yield local(value, self.span.zone)
        rules = told(first, "RRULE") or []
        for rule in rules if isinstance(rules, list) else [rules]:
            yield from self._by(rule)

    def _by(self, rule: object) -> Iterator[datetime]:
        for tried, each in enumerate(self._compiled(rule)):
            if each > self._last:
                return
            if tried > TRIED:
                raise BadCalendar(f"“{self._title}” repeats too often")
            yield each

    def _compiled(self, rule: object) -> Iterable[datetime]:
        parts = dict(rule) if isinstance(rule, dict) else {}
        if TOO_OFTEN & {str(each).upper() for each in parts.get("FREQ", [])}:
            raise BadCalendar(f"“{self._title}” repeats more often than daily")
        ends = parts.get("UNTIL", [None])[0]
        try:
            made: rrule = rrulestr(_text(rule), dtstart=self.span.start)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise BadCalendar(f"nobody can tell when “{self._title}” repeats") from error
        bounded: Iterable[datetime] = made
        if isinstance(ends, date):
            bounded = made.replace(until=self._until(ends))
        return bounded

    def _until(self, ends: date) -> datetime:
        """Read an end: a day counts to its last minute."""
        if isinstance(ends, datetime):
            return local(ends, self.span.zone)
        return datetime.combine(ends, datetime.max.time())


def _text(rule: object) -> str:
    """Write a rule without its end, which dateutil does not read on a local clock."""
    written = rule.to_ical().decode() if hasattr(rule, "to_ical") else str(rule)
    return ";".join(part for part in written.split(";") if not part.startswith("UNTIL="))


def _moments(component: Component, name: str) -> Iterator[date]:
    found = told(component, name) or []
    for group in found if isinstance(found, list) else [found]:
        yield from _dates(getattr(each, "dt", None) for each in getattr(group, "dts", []))


def _dates(values: Iterable[object]) -> Iterator[date]:
    """Give dates and times; of a period (RDATE) its beginning."""
    for value in values:
        begin = value[0] if isinstance(value, tuple) else value
        if isinstance(begin, date):
            yield begin
