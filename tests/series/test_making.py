"""Each time of a series is one ordinary send-out, made once, shortly before it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation, User
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.models import Group, Participant
from sendout.sendouts.lifecycle import NotPossible, schedule
from sendout.sendouts.models import SendOut, State
from sendout.series.making import LEAD, look
from sendout.series.models import Going, Missed, Occurrence, Series, When
from sendout.series.planning import plan
from sendout.series.steering import change, move
from sendout.series.telling import is_told_otherwise, tell
from sendout.timetable.models import ClosedDay, Session
from tests.series.conftest import TIMES, Plan, started

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


def made() -> list[SendOut]:
    """Give the send-outs that a series made, earliest first."""
    return list(SendOut.objects.filter(pattern=False).order_by("scheduled_for", "pk"))


def names(sendout: SendOut) -> list[str]:
    return sorted(sendout.people.values_list("first_name", flat=True))


def test_a_reminder_is_made_once_shortly_before_its_time(
    reminder: Series, plan_session: Plan
) -> None:
    lesson = plan_session(NOW + 25 * HOUR, "Lesson *A* {{x}}")
    look(NOW)
    assert made() == []
    for minute in (54, 56, 57, 59):
        look(NOW + timedelta(minutes=minute))
    [sendout] = made()
    assert sendout.state == State.SCHEDULED
    assert sendout.scheduled_for == NOW + HOUR
    assert sendout.expires_at == lesson.starts
    assert names(sendout) == ["Ann", "Bert", "Carl"]
    assert sendout.message.subject.startswith("Lesson *A* {{")
    assert sendout.message.body == "Dear {{first_name|there}}, see you in Small pool."
    assert sendout.occurrence.series == reminder
    send_now(sendout)
    assert Delivery.objects.filter(status="queued").count() == 2
    assert reminder.pattern.message.subject.startswith("{{session}}")


def test_a_family_gets_one_reminder_a_day(
    reminder: Series, plan_session: Plan, club: Organisation, beginners: Group
) -> None:
    others = Group.objects.create(organisation=club, name="Advanced")
    others.participants.set(
        [
            Participant.objects.get(first_name="Ann"),
            Participant.objects.create(
                organisation=club, first_name="Dora", email_normal="roy@example.org"
            ),
            Participant.objects.create(
                organisation=club, first_name="Emil", email_normal="emil@example.org"
            ),
        ]
    )
    at = datetime.combine(NOW.date() + timedelta(days=4), time(17), club.zone).astimezone(UTC)
    plan_session(at, "First")
    plan_session(at, "Same time", group=others)
    plan_session(at + 2 * HOUR, "Later")
    plan_session(at + 24 * HOUR, "Next day")
    look(at - 24 * HOUR)
    look(at - 22 * HOUR)
    assert [names(one) for one in made()] == [["Ann", "Bert", "Carl"], ["Emil"]]
    assert Occurrence.objects.get(session__title="Later").missed == Missed.NOBODY
    look(at)
    assert names(made()[-1]) == ["Ann", "Bert", "Carl"]


@pytest.mark.parametrize("why", ["cancelled", "called_off", "group", "closed"])
def test_what_does_not_take_place_is_not_reminded_of(
    reminder: Series, plan_session: Plan, club: Organisation, why: str
) -> None:
    lesson = plan_session(NOW + 24 * HOUR, **({"group": None} if why == "group" else {}))
    if why == "closed":
        ClosedDay.objects.create(organisation=club, day=lesson.day)
    elif why != "group":
        Session.objects.update(**{why: True})
    look(NOW)
    assert made() == []
    assert not Occurrence.objects.exists()


def test_a_session_that_is_moved_or_cancelled_before_it_leaves_takes_its_reminder_along(
    reminder: Series, plan_session: Plan
) -> None:
    lesson = plan_session(NOW + 24 * HOUR)
    look(NOW - timedelta(minutes=4))
    Session.objects.update(starts=NOW + 24 * HOUR + timedelta(minutes=2))
    look(NOW - timedelta(minutes=2))
    [sendout] = made()
    assert sendout.expires_at == lesson.starts + timedelta(minutes=2)
    Session.objects.update(cancelled=True)
    look(NOW - timedelta(minutes=1))
    assert made() == []
    Session.objects.update(cancelled=False)
    look(NOW)
    assert len(made()) == 1


def test_what_was_missed_is_sent_late_while_it_is_of_use_and_else_said(
    reminder: Series, plan_session: Plan
) -> None:
    plan_session(NOW + 10 * HOUR, "Still to come")
    plan_session(NOW - 30 * HOUR, "Begun")
    plan_session(NOW - 500 * HOUR, "Long ago")
    look(NOW)
    [late] = made()
    assert late.scheduled_for == NOW - 14 * HOUR
    assert {(one.missed, one.sendout) for one in Occurrence.objects.all()} == {
        ("", late), (Missed.LATE, None),
    }  # fmt: skip


def test_changes_count_for_the_future_and_a_pause_takes_back_what_has_not_left(
    reminder: Series, plan_session: Plan
) -> None:
    plan_session(NOW + 24 * HOUR, "One")
    plan_session(NOW + 48 * HOUR, "Two")
    look(NOW)
    [first] = made()
    SendOut.objects.filter(pk=first.pk).update(state=State.RUNNING)
    reminder.pattern.message.subject = "New words"
    reminder.pattern.message.save()
    look(NOW + 24 * HOUR)
    old, new = (one.message.subject for one in made())
    assert old.startswith("One on ")
    assert new == "New words"
    move(reminder, Going.PAUSED)
    look(NOW + 24 * HOUR)
    assert made() == [first]
    move(reminder, Going.ACTIVE)
    look(timezone.now() + 24 * HOUR)
    change(reminder, "Reminder", TIMES | {"hours": 2})
    assert made() == [first]
    move(reminder, Going.ENDED)
    with pytest.raises(NotPossible, match="cannot do that now"):
        move(reminder, Going.ACTIVE)


def test_a_pattern_never_leaves_itself(reminder: Series) -> None:
    for leave in (send_now, lambda pattern: schedule(pattern, timezone.now() + HOUR)):
        with pytest.raises(NotPossible, match="repeats and never leaves itself"):
            leave(reminder.pattern)


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("America/Montreal", "2026-03-08T07:30"),
        ("America/Montreal", "2026-11-01T07:30"),
        ("Europe/Paris", "2026-03-29T01:30"),
        ("Europe/Paris", "2026-10-25T00:30"),
    ],
)
@pytest.mark.usefixtures("email_sender")
def test_a_weekly_half_past_two_on_the_days_of_change(
    club: Organisation, alice: User, zone: str, due: str
) -> None:
    club.timezone = zone
    club.save()
    at = datetime.fromisoformat(due).replace(tzinfo=UTC)
    times: dict[str, Any] = {"when": When.WEEKLY, "weekdays": [6], "at": time(2, 30)}
    series = started(club, alice, at - timedelta(days=2), **times)
    look(at + timedelta(seconds=1))
    [sendout] = made()
    assert sendout.scheduled_for == at
    assert sendout.everyone
    assert sendout.occurrence.series == series


@pytest.mark.usefixtures("email_sender")
def test_a_day_before_is_counted_on_the_clock(
    club: Organisation, alice: User, plan_session: Plan
) -> None:
    lesson = plan_session(datetime(2026, 3, 8, 17, tzinfo=club.zone).astimezone(UTC))
    series = started(club, alice, lesson.starts - timedelta(days=9))
    [planned] = plan(series, lesson.starts - timedelta(days=3), lesson.starts)
    assert planned.due.astimezone(club.zone) == datetime(2026, 3, 7, 17, tzinfo=club.zone)


def test_those_who_were_reminded_are_told_that_it_is_off(
    reminder: Series, plan_session: Plan, alice: User
) -> None:
    lesson = plan_session(NOW + 24 * HOUR)
    look(NOW)
    [sendout] = made()
    send_now(sendout)
    assert not is_told_otherwise(lesson)
    Session.objects.update(cancelled=True)
    lesson.refresh_from_db()
    assert is_told_otherwise(lesson)
    draft = tell(lesson, alice)
    assert names(draft) == ["Ann", "Carl"]
    assert draft.message.subject.startswith("Cancelled: Lesson, ")
    look(NOW + HOUR)
    assert Occurrence.objects.count() == 1


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(st.integers(-40, 60), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(-60, 60), min_size=1, max_size=6),
)
def test_whoever_looks_in_whatever_order_nothing_is_made_twice_or_too_late(
    reminder: Series, plan_session: Plan, beginnings: list[int], looks: list[int]
) -> None:
    """Sessions begin, and somebody looks, so many hours from now."""
    Occurrence.objects.all().delete()
    SendOut.objects.filter(pattern=False).delete()
    Session.objects.all().delete()
    for hours in beginnings:
        plan_session(NOW + hours * HOUR, f"Lesson {hours}")
    known: dict[str, int | None] = {}
    for hours in looks:
        at = NOW + hours * HOUR
        look(at)
        look(at)
        for one in Occurrence.objects.select_related("sendout"):
            if one.key not in known:
                assert one.due <= at + LEAD
                assert one.sendout is None or (one.sendout.expires_at or at) > at
                known[one.key] = one.sendout_id
            assert known[one.key] == one.sendout_id
    seen = set(known)
    assert len(made()) == sum(sendout is not None for sendout in known.values())
    due = [hours for hours in beginnings if hours - 24 <= max(looks)]
    assert len(seen) <= len(beginnings)
    assert len(seen) == len(due) or min(beginnings) - 24 < max(looks) - 7 * 24


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_make_one(
    reminder: Series, plan_session: Plan, threads: ThreadPoolExecutor
) -> None:
    plan_session(NOW + 24 * HOUR)

    def work(_: int) -> None:
        for _again in range(3):
            look(NOW)
        connection.close()

    list(threads.map(work, range(2)))
    assert len(made()) == 1
    assert Occurrence.objects.count() == 1
