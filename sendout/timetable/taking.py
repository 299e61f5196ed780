"""The events of a calendar become sessions or closed days; who is known keeps the row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sendout.accounts.models import Organisation
from sendout.core.ical.event import Event
from sendout.people.models import Group
from sendout.timetable.models import Calendar, ClosedDay, Session

LONGEST_CLOSED = 400  # days of one event that closes
KEPT = ("title", "group_id", "starts", "ends", "whole_day", "place", "cancelled")


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which group an event belongs to: by the first rule that fits, else by the group's name."""

    rules: Sequence[tuple[str, int]]
    by_name: dict[str, int]

    @classmethod
    def of(cls, organisation: Organisation, calendar: Calendar | None = None) -> Grouping:
        """Read the groups, and the rules of a calendar."""
        rules = calendar.rules.order_by("pk").values_list("words", "group") if calendar else ()
        groups = Group.objects.filter(organisation=organisation).values_list("name", "pk")
        return cls(
            [(words.casefold(), group) for words, group in rules],
            {name.casefold(): pk for name, pk in groups},
        )

    def find(self, *names: str) -> int | None:
        """Give the id of the group for an event with this title and these categories."""
        folded = [name.casefold() for name in names]
        for words, group in self.rules:
            if any(words in name for name in folded):
                return group
        return next((self.by_name[name] for name in folded if name in self.by_name), None)


def take_sessions(calendar: Calendar, events: Sequence[Event], now: datetime) -> None:
    """Store what the calendar says; the caller holds its row.

    A moved session keeps its row, a new one gets one, and one to come that is gone is cancelled.
    """
    grouping = Grouping.of(calendar.organisation, calendar)
    known = {(one.uid, one.key): one for one in calendar.sessions.all()}
    told = {(event.uid, event.key): event for event in events}
    new, changed = [], []
    for key, event in told.items():
        session = known.get(key)
        before = _values(session) if session else None
        session = session or Session(
            organisation=calendar.organisation, calendar=calendar, uid=event.uid, key=event.key
        )
        _put(session, event, grouping)
        if before is None:
            new.append(session)
        elif before != _values(session):
            changed.append(session)
    for key, session in known.items():
        if key not in told and session.starts > now and not session.cancelled:
            session.cancelled = True
            changed.append(session)
    Session.objects.bulk_create(new, batch_size=500)
    Session.objects.bulk_update(changed, KEPT, batch_size=500)


def _values(session: Session) -> list[object]:
    return [getattr(session, name) for name in KEPT]


def _put(session: Session, event: Event, grouping: Grouping) -> None:
    session.title = event.title or "-"
    session.group_id = grouping.find(event.title, *event.categories)
    session.starts, session.ends = event.starts, event.ends
    session.whole_day, session.place = event.whole_day, event.place
    session.cancelled = event.cancelled


def take_closed_days(calendar: Calendar, events: Sequence[Event], now: datetime) -> None:
    """Store the days that the calendar's whole-day events cover; the caller holds its row."""
    days = dict(_days(calendar, events))
    today = now.astimezone(calendar.organisation.zone).date()
    calendar.closed_days.filter(day__gte=today).delete()
    rows = [
        ClosedDay(organisation=calendar.organisation, calendar=calendar, day=day, name=name[:120])
        for day, name in days.items()
        if day >= today
    ]
    ClosedDay.objects.bulk_create(rows, batch_size=500)


def _days(calendar: Calendar, events: Sequence[Event]) -> Iterator[tuple[date, str]]:
    zone = calendar.organisation.zone
    for event in events:
        if event.whole_day and not event.cancelled:
            first = event.starts.astimezone(zone).date()
            last = event.ends.astimezone(zone).date()
            for n in range(min(max(1, (last - first).days), LONGEST_CLOSED)):
                yield first + timedelta(days=n), event.title
