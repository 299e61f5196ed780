"""When a series is due, and what for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from sendout.core.repeating import before, weekly
from sendout.series.models import Series, When
from sendout.timetable.models import ClosedDay, Session

LATE = timedelta(hours=12)  # after which a weekly message is of no use any more
SLACK = timedelta(hours=2)  # by which the clocks can move what is due


@dataclass(frozen=True, slots=True)
class Planned:
    """A time at which a series is due. closed: the name of the closed day that it falls on.

    day: of the session, or of the message. ends: after this it is of no use.
    """

    key: str
    day: date
    due: datetime
    ends: datetime
    session: Session | None = None
    closed: str = ""


def plan(series: Series, after: datetime, until: datetime) -> list[Planned]:
    """Give the times of a series that are due after one moment and up to another, earliest first.

    Those on closed days are among them and say so, unless the series is sent on such days, too.
    """
    each = _weekly if series.when == When.WEEKLY else _before
    found = [one for one in each(series, after, until) if _lasts(series, one)]
    return sorted(_with_closed(series, found), key=lambda one: (one.due, one.key))


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
    own = Session.objects.filter(
        organisation=series.organisation_id,
        group__isnull=False,
        cancelled=False,
        called_off=False,
    ).select_related("organisation", "group")
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
        yield Planned(one.key, one.day, one.due, one.ends, one.session, closed.get(one.day, ""))
