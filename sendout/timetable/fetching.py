"""Calendars are fetched again and again; the last good copy stays when one cannot be."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from sendout.accounts.models import Organisation
from sendout.core.ical.apart import read_apart
from sendout.core.ical.event import BadCalendar, Event
from sendout.core.ical.fetching import Fetched, Known, fetch
from sendout.core.ical.reading import Window
from sendout.timetable.models import Calendar, Purpose
from sendout.timetable.taking import take_closed_days, take_sessions

TASK, QUEUE = "fetch_calendar", "people"
AGAIN = timedelta(minutes=30)  # until a calendar is fetched again, whether it answered or not
BEFORE, AHEAD = timedelta(days=1), timedelta(weeks=26)
TAKE = {Purpose.SESSIONS: take_sessions, Purpose.CLOSED: take_closed_days}


def ask(calendar: Calendar) -> None:
    """Have a worker fetch it now; until it did, `tried_at` is None."""
    with transaction.atomic():
        changes = {"tried_at": None, "next_at": timezone.now() + AGAIN}
        Calendar.objects.filter(pk=calendar.pk).update(**changes)
        app.configure_task(TASK, queue=QUEUE).defer(calendar_id=calendar.pk)


def ask_due(now: datetime) -> None:
    """Have those fetched whose time has come, each once, whoever else looks at this moment."""
    for pk in list(Calendar.objects.filter(next_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            due = Calendar.objects.filter(pk=pk, next_at__lte=now)
            if due.update(next_at=now + AGAIN):
                app.configure_task(TASK, queue=QUEUE).defer(calendar_id=pk)


def run_fetch(calendar_id: int) -> None:
    """Fetch a calendar and take in what it says; the body of the job, safe to run again.

    No transaction is open while its server is asked. When anything fails, all stays as it was and
    the calendar says why.
    """
    calendar = Calendar.objects.select_related("organisation").filter(pk=calendar_id).first()
    if calendar is None:
        return
    now = timezone.now()
    try:
        got = _fetch(calendar)
        content = bytes(calendar.content) if got.content is None else got.content
        events = read_apart(content, window_of(calendar.organisation, now))
    except BadCalendar as bad:
        Calendar.objects.filter(pk=calendar_id).update(tried_at=now, trouble=str(bad))
        return
    _store(calendar, content, got.known, events, now)


def window_of(organisation: Organisation, now: datetime) -> Window:
    """Give the coming weeks, and today."""
    return Window(now - BEFORE, now + AHEAD, organisation.zone)


def _fetch(calendar: Calendar) -> Fetched:
    known = Known(calendar.etag, calendar.last_modified) if calendar.content else Known()
    return asyncio.run(fetch(calendar.url, known, inside=settings.CALENDARS_INSIDE))


@transaction.atomic
def _store(
    calendar: Calendar, content: bytes, known: Known, events: list[Event], now: datetime
) -> None:
    """Take the events in, unless the address was changed while they came."""
    held = Calendar.objects.select_for_update(of=("self",)).select_related("organisation")
    found = held.filter(pk=calendar.pk, url=calendar.url).first()
    if found is None:
        return
    TAKE[Purpose(found.purpose)](found, events, now)
    found.content, found.etag, found.last_modified = content, known.etag, known.last_modified
    found.fetched_at = found.tried_at = now
    found.trouble = ""
    found.save(
        update_fields=[
            "content", "etag", "last_modified", "fetched_at", "tried_at", "trouble"
        ]
    )  # fmt: skip


@transaction.atomic
def group_again(calendar: Calendar) -> None:
    """Take the stored copy in anew, after its rules or its purpose have changed."""
    if not calendar.content:
        return
    now = timezone.now()
    events = read_apart(bytes(calendar.content), window_of(calendar.organisation, now))
    found = Calendar.objects.select_for_update(of=("self",)).get(pk=calendar.pk)
    TAKE[Purpose(found.purpose)](found, events, now)
