"""A subscribed calendar: who is known keeps the row, who is gone is cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation
from sendout.core.ical.event import BadCalendar, Event
from sendout.core.ical.fetching import Fetched, Known
from sendout.people.models import Group
from sendout.timetable import fetching
from sendout.timetable.models import Calendar, ClosedDay, Rule, Session
from sendout.timetable.taking import take_closed_days, take_sessions

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def calendar(club: Organisation) -> Calendar:
    return Calendar.objects.create(organisation=club, name="Pool", url="https://pool.example/a.ics")


def event(uid: str, hours: float, title: str = "Lesson", **more: object) -> Event:
    starts = NOW + timedelta(hours=hours)
    return Event(uid, "", title, starts, starts + timedelta(hours=1), **more)  # type: ignore[arg-type]


def shown(calendar: Calendar) -> dict[str, tuple[int, bool]]:
    """Give, by uid, in how many hours a session is and whether it is cancelled."""
    rows = Session.objects.filter(calendar=calendar)
    return {one.uid: ((one.starts - NOW) // timedelta(hours=1), one.cancelled) for one in rows}


def test_a_moved_session_keeps_its_row_and_one_that_is_gone_is_cancelled(
    calendar: Calendar,
) -> None:
    take_sessions(calendar, [event("a", 5), event("b", 6), event("past", -1)], NOW)
    rows = dict(Session.objects.values_list("uid", "pk"))
    take_sessions(calendar, [event("a", 9), event("c", 7)], NOW)
    assert shown(calendar) == {
        "a": (9, False), "b": (6, True), "c": (7, False), "past": (-1, False),
    }  # fmt: skip
    take_sessions(calendar, [event("a", 9), event("b", 6)], NOW)
    assert shown(calendar)["b"] == (6, False)
    assert rows.items() <= dict(Session.objects.values_list("uid", "pk")).items()


def test_rules_say_the_group_and_else_its_own_name_does(
    calendar: Calendar, club: Organisation, other_club: Organisation
) -> None:
    tuesday, swimmers = (
        Group.objects.create(organisation=club, name=name) for name in ("Tuesday", "Swimmers")
    )
    Group.objects.create(organisation=other_club, name="Gala")
    Rule.objects.create(organisation=club, calendar=calendar, words="beginners", group=tuesday)
    events = [
        event("a", 1, "BEGINNERS, small pool"),
        event("b", 1, "Lengths", categories=("Sport", "swimmers")),
        event("c", 1, "Gala"),
    ]
    take_sessions(calendar, events, NOW)
    groups = dict(Session.objects.values_list("uid", "group"))
    assert groups == {"a": tuesday.pk, "b": swimmers.pk, "c": None}


def test_whole_days_close_and_are_taken_back_when_they_go(calendar: Calendar) -> None:
    zone = calendar.organisation.zone
    first = datetime(2026, 12, 24, tzinfo=zone).astimezone(UTC)
    holidays = Event("1", "", "Holidays", first, first + timedelta(days=3), whole_day=True)
    take_closed_days(calendar, [holidays, event("2", 5, "Staff meeting")], NOW)
    days = ClosedDay.objects.order_by("day").values_list("day", "name")
    assert [(day.day, name) for day, name in days] == [(n, "Holidays") for n in (24, 25, 26)]
    take_closed_days(calendar, [], NOW)
    assert not ClosedDay.objects.exists()


def test_a_failure_keeps_the_last_good_copy_and_is_said(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = f"{timezone.now() + timedelta(days=2):%Y%m%d}"
    lines = (
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", f"DTSTART:{day}T100000Z", "SUMMARY:Lesson",
        "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    answers: list[object] = [
        Fetched("\r\n".join(lines).encode(), Known('"1"')),
        Fetched(None, Known('"1"')),
        BadCalendar("its server answered 500"),
        Fetched(b"<html>", Known()),
    ]
    asked: list[Known] = []

    async def answer(url: str, known: Known, *, inside: bool) -> Fetched:
        asked.append(known)
        got = answers.pop(0)
        if isinstance(got, BadCalendar):
            raise got
        assert isinstance(got, Fetched)
        return got

    monkeypatch.setattr(fetching, "fetch", answer)
    troubles = []
    for _ in range(4):
        fetching.run_fetch(calendar.pk)
        calendar.refresh_from_db()
        troubles.append(calendar.trouble)
    assert troubles == [
        "", "", "its server answered 500", "it is no calendar (iCal, RFC 5545)",
    ]  # fmt: skip
    assert asked == [Known(), Known('"1"'), Known('"1"'), Known('"1"')]
    assert Session.objects.get().title == "Lesson"
    assert bytes(calendar.content).startswith(b"BEGIN")
    assert calendar.fetched_at is not None
    assert calendar.fetched_at < calendar.tried_at


def test_a_calendar_inside_is_not_asked(calendar: Calendar) -> None:
    calendar.url = "https://127.0.0.1:9/a.ics"
    calendar.save()
    fetching.run_fetch(calendar.pk)
    calendar.refresh_from_db()
    assert calendar.trouble == "“127.0.0.1” lies inside our own network"


def test_two_who_look_have_a_calendar_fetched_once(calendar: Calendar) -> None:
    now = timezone.now() + timedelta(minutes=1)
    fetching.ask_due(now)
    fetching.ask_due(now)
    assert ProcrastinateJob.objects.filter(task_name=fetching.TASK).count() == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50)), max_size=5))
def test_what_stands_is_what_was_told_last_whatever_came_before(
    calendar: Calendar, tellings: list[dict[str, int]]
) -> None:
    Session.objects.all().delete()
    for told in tellings:
        events = [event(uid, hours) for uid, hours in told.items()]
        take_sessions(calendar, events, NOW)
        take_sessions(calendar, events, NOW)
    last = tellings[-1] if tellings else {}
    found = shown(calendar)
    assert {uid: hours for uid, (hours, off) in found.items() if not off} == last
    assert set(found) == {uid for told in tellings for uid in told}
