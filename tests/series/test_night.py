"""Texts that repeat keep out of the organisation's quiet hours, as far as they are of use then."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.accounts.models import Organisation, User
from sendout.core.quiet import QuietHours
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.series.making import look
from sendout.series.models import Missed, Series, When
from sendout.series.planning import plan
from sendout.series.steering import change
from tests.series.conftest import TIMES, Plan, started

ZONE = ZoneInfo("America/Toronto")
MONDAY = datetime(2091, 1, 1, tzinfo=ZONE)
DAY = timedelta(days=1)
EVERY_DAY = {"when": When.WEEKLY, "weekdays": [*range(7)]}


@pytest.fixture
def quiet(club: Organisation) -> Organisation:
    """Give the club with quiet hours from 21:00 to 8:00."""
    club.quiet_hours, club.quiet_from, club.quiet_until = True, time(21), time(8)
    club.timezone = str(ZONE)
    club.save()
    return club


def due(series: Series) -> list[tuple[str, str]]:
    """Give when it is due on one day, and when it would be without quiet hours."""
    return [
        (
            f"{one.due.astimezone(ZONE):%d %H:%M}",
            f"{one.instead_of.astimezone(ZONE):%d %H:%M}" if one.instead_of else "",
        )
        for one in plan(series, MONDAY, MONDAY + DAY)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "channels", "found"),
    [
        (time(20, 59), "sms", [("01 20:59", "")]),
        (time(21), "sms", [("01 08:00", "31 21:00")]),
        (time(6), "both", [("01 08:00", "01 06:00")]),
        (time(8), "sms", [("01 08:00", "")]),
        (time(23), "email", [("01 23:00", "")]),
        (time(23), "email_then_sms", [("01 23:00", "")]),
    ],
)
def test_what_is_due_in_the_night_waits_for_the_morning(
    quiet: Organisation, alice: User, at: time, channels: str, found: list[tuple[str, str]]
) -> None:
    series = started(quiet, alice, MONDAY - DAY, channels=channels, at=at, **EVERY_DAY)
    assert due(series) == found


@pytest.mark.django_db
def test_who_says_so_sends_at_night_too(quiet: Organisation, alice: User) -> None:
    times = EVERY_DAY | {"at": time(23)}
    series = started(quiet, alice, MONDAY - DAY, channels="sms", **times)
    series = change(series, "Late", TIMES | times | {"at_night": True})
    assert due(series) == [("01 23:00", "")]


@pytest.mark.django_db
def test_a_reminder_of_an_early_session_goes_in_the_evening(
    quiet: Organisation, alice: User, sms_sender: Sender, plan_session: Plan
) -> None:
    series = started(quiet, alice, MONDAY - DAY, channels="sms", hours=2)
    plan_session(MONDAY + timedelta(days=1, hours=7, minutes=30), "Early")
    plan_session(MONDAY + timedelta(hours=9, minutes=30), "Later")
    assert due(series) == [("01 08:00", "01 07:30"), ("01 20:50", "02 05:30")]
    assert plan(series, MONDAY + timedelta(hours=21), MONDAY + DAY) == []


@pytest.mark.django_db
def test_it_is_made_for_the_time_it_was_moved_to(
    quiet: Organisation, alice: User, sms_sender: Sender
) -> None:
    series = started(quiet, alice, MONDAY - DAY, channels="sms", at=time(6), **EVERY_DAY)
    series.pattern.message.sms_text = "News"
    series.pattern.message.save()
    look(MONDAY + timedelta(hours=7, minutes=54))
    assert not SendOut.objects.filter(pattern=False, scheduled_for__gte=MONDAY).exists()
    look(MONDAY + timedelta(hours=7, minutes=56))
    made = SendOut.objects.get(pattern=False, scheduled_for__gte=MONDAY)
    assert made.scheduled_for == MONDAY + timedelta(hours=8)
    assert made.expires_at == MONDAY + timedelta(hours=20)


@pytest.mark.django_db
def test_what_is_made_late_in_the_night_waits_for_the_morning(
    quiet: Organisation, alice: User, sms_sender: Sender, plan_session: Plan
) -> None:
    series = started(quiet, alice, MONDAY - DAY, channels="sms", hours=24)
    plan_session(MONDAY + timedelta(hours=18))  # due the evening before, when nothing ran
    for hour, minute, count in ((2, 0, 0), (7, 54, 0), (7, 56, 1), (9, 0, 1)):
        look(MONDAY + timedelta(hours=hour, minutes=minute))
        assert SendOut.objects.filter(pattern=False).count() == count
    assert series.occurrences.get().missed == ""


@pytest.mark.django_db
def test_what_would_be_too_late_in_the_morning_is_missed(
    quiet: Organisation, alice: User, sms_sender: Sender, plan_session: Plan
) -> None:
    series = started(quiet, alice, MONDAY - DAY, channels="sms", hours=2)
    plan_session(MONDAY + timedelta(hours=8, minutes=15))
    look(MONDAY - timedelta(hours=2))  # 22:00; it was due at 20:50
    assert series.occurrences.get().missed == Missed.LATE
    assert not SendOut.objects.filter(pattern=False).exists()


@pytest.mark.django_db
def test_what_was_due_before_the_series_changed_does_not_come_in_the_morning(
    quiet: Organisation, alice: User, sms_sender: Sender
) -> None:
    since = MONDAY - timedelta(hours=1, minutes=30)  # 22:30
    series = started(quiet, alice, since, channels="sms", at=time(22), **EVERY_DAY)
    assert due(series) == []
    assert [one.due.astimezone(ZONE).day for one in plan(series, MONDAY, MONDAY + 2 * DAY)] == [2]


@given(
    st.times(),
    st.times(),
    st.integers(0, 366 * 24 * 60),
    st.sampled_from(["America/Toronto", "Europe/Paris", "Asia/Kolkata"]),
)
def test_the_ends_of_a_night_are_around_it(begin: time, end: time, minute: int, zone: str) -> None:
    hours = QuietHours(begin, end)
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    if hours.hold(moment, zone):
        evening, morning = hours.evening(moment, zone), hours.morning(moment, zone)
        assert evening <= moment < morning
        assert morning - evening <= timedelta(hours=25)
