"""When a series is due, and what for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from sendout.core.quiet import QuietHours
from sendout.core.repeating import before, weekly
from sendout.deliveries.quiet import hours_of
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels
from sendout.series.models import Series, When
from sendout.timetable.models import ClosedDay, Session

LATE = timedelta(hours=12)  # after which a weekly message is of no use any more
SLACK = timedelta(hours=2)  # by which the clocks can move what is due
MOVED = timedelta(hours=26)  # by which quiet hours can
EARLIER = timedelta(minutes=10)  # before they begin: all of it is to arrive by then
OF_USE = timedelta(minutes=30)  # at least, before a session


@dataclass(frozen=True, slots=True)
class Planned:
    """A time at which a series is due. closed: the name of the closed day that it falls on.

    day: of the session, or of the message. ends: after this it is of no use. instead_of: when it
    would be due without quiet hours, where they move it.
    """

    key: str
    day: date
    due: datetime
    ends: datetime
    session: Session | None = None
    closed: str = ""
    instead_of: datetime | None = None


def plan(series: Series, after: datetime, until: datetime) -> list[Planned]:
    """Give the times of a series that are due after one moment and up to another, earliest first.

    None before it was started, resumed or changed. Those on closed days are among them and say so,
    unless the series is sent on such days, too.
    """
    each = _weekly if series.when == When.WEEKLY else _before
    night = _night(series)
    wide = MOVED if night else timedelta()
    found = [one for one in each(series, after - wide, until + wide) if _lasts(series, one)]
    if night:
        awake = (_by_day(one, night, series.organisation.timezone) for one in found)
        found = [one for one in awake if after < one.due <= until]
    found = [one for one in found if (one.instead_of or one.due) > series.since]
    return sorted(_with_closed(series, found), key=lambda one: (one.due, one.key))


def leaves(series: Series, planned: Planned, now: datetime) -> datetime | None:
    """Give when what is due would leave by now: what is late waits for the morning, too.

    None where it would be of no use then.
    """
    at, night = max(planned.due, now), _night(series)
    if night is None or not night.hold(at, series.organisation.timezone):
        return at
    return _morning(replace(planned, due=at), night, series.organisation.timezone)


def _morning(one: Planned, night: QuietHours, zone: str) -> datetime | None:
    morning = night.morning(one.due, zone)
    return morning if one.session is None or morning + OF_USE <= one.ends else None


def _night(series: Series) -> QuietHours | None:
    """Give the hours in which it is not sent: those of its texts."""
    organisation = series.organisation
    texts = Channel.SMS in Channels(series.pattern.channels).at_start
    if not texts or series.at_night or not organisation.quiet_hours:
        return None
    return hours_of(organisation)


def _by_day(one: Planned, night: QuietHours, zone: str) -> Planned:
    """Move what is due in the night to the morning, or where that is too late to the evening."""
    if not night.hold(one.due, zone):
        return one
    due = _morning(one, night, zone) or night.evening(one.due, zone) - EARLIER
    ends = one.ends if one.session else one.ends + (due - one.due)
    return replace(one, due=due, ends=ends, instead_of=one.due)


def _lasts(series: Series, planned: Planned) -> bool:
    return series.ends_on is None or planned.day <= series.ends_on


def _weekly(series: Series, after: datetime, until: datetime) -> Iterator[Planned]:
    if series.at is None:
        return
    zone = series.organisation.zone
    for day, due in weekly(series.weekdays, series.at, zone, after, until):
        yield Planned(f"{day}T{series.at:%H:%M}", day, due, due + LATE)


def _before(series: Series, after: datetime, until: datetime) -> Iterator[Planned]:
    ahead = timedelta(hours=series.hours)
    between = (after + ahead - SLACK, until + ahead + SLACK)
    for session in sessions_of(series).filter(starts__range=between):
        due = before(session.starts, series.hours, series.organisation.zone)
        if after < due <= until:
            yield Planned(
                f"session-{session.pk}-{session.day}", session.day, due, session.starts, session
            )


def sessions_of(series: Series) -> QuerySet[Session]:
    """Give the sessions that a series reminds of: with a group, and taking place."""
    taking_place = series.organisation.sessions.filter(cancelled=False, called_off=False)
    own = taking_place.filter(group__isnull=False).select_related("group")
    if series.pattern.everyone:
        return own
    return own.filter(group__in=series.pattern.groups.all())


def _with_closed(series: Series, found: list[Planned]) -> Iterator[Planned]:
    days = {one.day for one in found}
    closed: dict[date, str] = {}
    if days and not series.on_closed_days:
        rows = ClosedDay.objects.filter(organisation=series.organisation_id, day__in=days)
        closed = {row.day: row.name or "-" for row in rows}
    for one in found:
        yield replace(one, closed=closed.get(one.day, ""))
