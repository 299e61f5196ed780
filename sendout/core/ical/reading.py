"""A calendar read: its events in a stretch of time, each time of a repeated one by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from icalendar import Calendar
from icalendar.cal.component import Component

from sendout.core.ical.event import BadCalendar, Event
from sendout.core.ical.recurring import MOST, Times
from sendout.core.ical.times import Span, span_of, told, word

LONGEST = 200  # characters of a title or place


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time that is looked at, and the zone of times that name none."""

    since: datetime
    until: datetime
    zone: tzinfo

    def holds(self, event: Event) -> bool:
        """Tell whether any of the event lies in it."""
        return event.ends >= self.since and event.starts <= self.until


def read_calendar(content: bytes, window: Window) -> list[Event]:
    """Give the events of the window, earliest first; raises BadCalendar.

    Repeated events (RFC 5545: RRULE, RDATE, EXDATE) are taken apart; what was changed about a
    single time (RECURRENCE-ID) counts for that one. What lacks a start is left out.
    """
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise BadCalendar("it is no calendar (iCal, RFC 5545)") from error
    components = [each for calendar in calendars for each in calendar.walk("VEVENT")]
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise BadCalendar("it is no calendar (iCal, RFC 5545)")
    found: list[Event] = []
    for event in _events(components, window):
        if window.holds(event):
            found.append(event)
        if len(found) > MOST:
            raise BadCalendar(f"it has more than {MOST:,} events in the coming weeks")
    return sorted(found, key=lambda event: (event.starts, event.title, event.uid, event.key))


def _events(components: list[Component], window: Window) -> Iterator[Event]:
    by_uid: dict[str, list[Component]] = defaultdict(list)
    for component in components:
        if span := span_of(component, window.zone):
            uid = word(component, "UID") or f"{word(component, 'SUMMARY')} {span.start}"
            by_uid[uid].append(component)
    for uid, same in by_uid.items():
        firsts = [each for each in same if "RECURRENCE-ID" not in each]
        changes = [each for each in same if "RECURRENCE-ID" in each]
        for place, first in enumerate(_newest_last(firsts)):
            # Broken programs give one UID to several events: none of them is lost.
            own = uid if place == 0 else f"{uid} {told(first, 'DTSTART').to_ical().decode()}"
            yield from _one(own, first, changes if place == 0 else [], window)
        if not firsts:
            yield from _changed(uid, None, changes, window)


def _newest_last(firsts: list[Component]) -> list[Component]:
    """Of one event that stands there in several versions give the newest alone."""
    versions = {told(each, "DTSTART").to_ical(): each for each in sorted(firsts, key=_version)}
    newest = _version(max(firsts, key=_version)) if firsts else 0
    return [each for each in versions.values() if _version(each) == newest]


def _version(component: Component) -> int:
    text = word(component, "SEQUENCE")
    return int(text) if text.isdecimal() else 0


def _one(uid: str, first: Component, changes: list[Component], window: Window) -> Iterator[Event]:
    span = span_of(first, window.zone)
    if span is None:
        return
    if "RRULE" not in first and "RDATE" not in first:
        yield _event(uid, "", first, span)
        return
    times = Times(first, span, window.until)
    changed = {times.key(each): each for each in changes}
    yield from _changed(uid, times, changes, window)
    lasting = sorted((each for each in changes if _lasts(each)), key=times.original)
    for local in times.kept():
        if times.key_of(local) not in changed:
            said, shift = first, span.at(local)
            for change in lasting:
                if times.original(change) <= local:
                    said, shift = change, _shifted(change, local, times, window)
            yield _event(uid, times.key_of(local), said, shift)


def _lasts(change: Component) -> bool:
    """Tell whether it changes all later times as well."""
    return bool(told(change, "RECURRENCE-ID").params.get("RANGE") == "THISANDFUTURE")


def _shifted(change: Component, local: datetime, times: Times, window: Window) -> Span:
    moved = span_of(change, window.zone) or times.span
    return moved.at(moved.start + (local - times.original(change)))


def _changed(
    uid: str, times: Times | None, changes: list[Component], window: Window
) -> Iterator[Event]:
    for change in sorted(changes, key=_version):
        span = span_of(change, window.zone)
        if span is not None:
            known = times or Times(change, span, window.until)
            yield _event(uid, known.key(change), change, span)


def _event(uid: str, key: str, component: Component, span: Span) -> Event:
    return Event(
        uid=uid[:LONGEST],
        key=key,
        title=word(component, "SUMMARY")[:LONGEST],
        starts=span.starts,
        ends=span.ends,
        place=word(component, "LOCATION")[:LONGEST],
        categories=tuple(_categories(component)),
        whole_day=span.whole_day,
        cancelled=word(component, "STATUS").upper() == "CANCELLED",
    )


def _categories(component: Component) -> Iterator[str]:
    found = told(component, "CATEGORIES") or []
    for each in found if isinstance(found, list) else [found]:
        for name in getattr(each, "cats", [each]):
            yield " ".join(str(name).split())[:LONGEST]
