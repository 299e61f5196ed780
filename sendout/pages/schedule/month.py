"""A month of what is planned: send-outs, what repeats, sessions, closed days."""

from __future__ import annotations

import re
from calendar import Calendar as Weeks
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS

from sendout.accounts.models import Organisation, Role
from sendout.core import clocks
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.addresses import addresses
from sendout.sendouts.models import SendOut, State
from sendout.series.models import Going, Occurrence, Series
from sendout.series.planning import plan
from sendout.timetable.models import ClosedDay, Session

MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")
AT_ONCE = 5  # entries of a day before the rest is folded away


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day. kind: "sendout", "repeat" or "session"; off: it does not take place.

    at: where the organisation is.
    """

    at: datetime
    kind: str
    name: str
    url: str
    whole_day: bool = False
    off: bool = False

    @property
    def clock(self) -> str:
        """The time of day; empty for a whole day."""
        return "" if self.whole_day else f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the page. outside: of the month before or after; closed: by what."""

    day: date
    outside: bool
    today: bool
    closed: str
    first: list[Entry]
    more: list[Entry]


@member_of(Role.VIEWER)
def month(request: MemberRequest) -> HttpResponse:
    """Show the month that the parameter names, or this one."""
    today = timezone.localdate()
    first = asked(request.GET.get("month", ""), today)
    days = days_of(request.organisation, first, today)
    empty = not any(each.first or each.closed for each in days if not each.outside)
    sessions = Session.objects.filter(organisation=request.organisation, starts__gte=timezone.now())
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "month",
        "may_edit": request.membership.may(Role.SENDER),
        "month": first,
        "before": first - timedelta(days=1),
        "after": first + timedelta(days=32),
        "today": today,
        "weekdays": WEEKDAYS.values(),
        "days": days,
        "empty": empty,
        "with_sessions": empty and sessions.exists(),
    }
    return render(request, "pages/schedule/month.html", context)


def asked(typed: str, today: date) -> date:
    """Give the first day of the month that was asked for, or of this one."""
    found = MONTH.fullmatch(typed)
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)


def days_of(organisation: Organisation, first: date, today: date) -> list[Day]:
    """Give the days of the weeks that the month touches, with what is on them."""
    days = list(Weeks().itermonthdates(first.year, first.month))
    begins, ends = (
        clocks.at(datetime.combine(day, time()), organisation.zone)
        for day in (days[0], days[-1] + timedelta(days=1))
    )
    on: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries(organisation, begins, ends):
        on[entry.at.date()].append(entry)
    rows = ClosedDay.objects.filter(organisation=organisation, day__range=(days[0], days[-1]))
    closed = {row.day: str(row) for row in rows}
    return [
        Day(
            day, day.month != first.month, day == today, closed.get(day, ""),
            on[day][:AT_ONCE], on[day][AT_ONCE:],
        )
        for day in days
    ]  # fmt: skip


def entries(organisation: Organisation, begins: datetime, ends: datetime) -> list[Entry]:
    """Give all that is planned between two moments, earliest first, messages before sessions."""
    found = [
        *_sendouts(organisation, begins, ends),
        *_repeats(organisation, begins, ends),
        *_sessions(organisation, begins, ends),
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.kind == "session", entry.name))


def _sendouts(organisation: Organisation, begins: datetime, ends: datetime) -> Iterator[Entry]:
    waiting = SendOut.objects.filter(
        organisation=organisation, state=State.SCHEDULED, scheduled_for__gte=begins,
        scheduled_for__lt=ends,
    )  # fmt: skip
    for sendout in waiting.order_by("scheduled_for", "pk"):
        if sendout.scheduled_for:
            url = reverse("pages:popup", args=[organisation.slug, sendout.pk])
            at = sendout.scheduled_for.astimezone(organisation.zone)
            yield Entry(at, "sendout", sendout.name, url)


def _repeats(organisation: Organisation, begins: datetime, ends: datetime) -> Iterator[Entry]:
    """Give what active series will make; what is made already is a send-out."""
    after = max(begins, timezone.now())
    active = Series.objects.filter(organisation=organisation, going=Going.ACTIVE)
    if after >= ends:
        return
    for series in active.select_related("organisation", "pattern"):
        made = Occurrence.objects.filter(series=series, due__gte=after)
        known = set(made.values_list("key", flat=True))
        url = reverse("pages:series", args=[organisation.slug, series.pk])
        for one in plan(series, after, ends):
            if one.key not in known and one.due < ends:
                name = series.pattern.name
                title = f"{name} · {one.session.title}" if one.session else name
                at = one.due.astimezone(organisation.zone)
                yield Entry(at, "repeat", title, url, off=bool(one.closed))


def _sessions(organisation: Organisation, begins: datetime, ends: datetime) -> Iterator[Entry]:
    own = Session.objects.filter(organisation=organisation, starts__gte=begins, starts__lt=ends)
    address = addresses("pages:session", organisation.slug)
    for session in own.order_by("starts", "title"):
        at = session.starts.astimezone(organisation.zone)
        yield Entry(
            at, "session", session.title, address(session.pk), session.whole_day, session.off
        )
