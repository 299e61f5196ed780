"""A time that is chosen on the last page, changed, and missed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sendout.deliveries.models import Delivery
from sendout.engine.sweep import start_due, tick
from sendout.sendouts.models import SendOut, State
from tests.pages.sending.buttons import page_of, press


def test_the_schedule_is_read_on_the_clubs_clock(browser: Client, sendout: SendOut) -> None:
    page = press(browser, sendout, "schedule", when="2030-07-01T09:30")
    assert "Monday 1 July 2030 at 09:30" in page
    assert sendout.state == State.SCHEDULED
    assert sendout.scheduled_for == datetime(2030, 7, 1, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ("2020-01-01T09:00", "The time is past"),
        ("9999-12-31T23:59", "more than ten years away"),
        ("", "Choose the date and time"),
        ("soon", "Enter a valid date/time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    browser: Client, sendout: SendOut, when: str, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "schedule", when=when)
    assert sendout.state == State.DRAFT


@pytest.mark.parametrize(
    ("when", "hour", "sentence"),
    [
        ("2030-03-10T02:30", 7, "at 03:30. The clocks go forward and skip 02:30"),
        ("2030-11-03T02:30", 7, "at 02:30."),
        ("2030-11-03T01:30", 5, "at 01:30. The clocks go back and show 01:30 twice"),
    ],
)
def test_on_days_on_which_the_clocks_change_the_page_says_what_becomes_of_it(
    browser: Client, sendout: SendOut, when: str, hour: int, sentence: str
) -> None:
    assert sentence in press(browser, sendout, "schedule", when=when)
    assert sendout.scheduled_for is not None
    assert (sendout.scheduled_for.hour, sendout.scheduled_for.minute) == (hour, 30)


def test_another_time_is_given_to_a_scheduled_one(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    page = browser.get(page_of(sendout, "check")).content.decode()
    assert 'value="2030-07-01T09:30"' in page
    assert "The time is past" in press(browser, sendout, "schedule", when="2020-01-01T09:00")
    assert "at 10:45" in press(browser, sendout, "schedule", when="2030-07-02T10:45")
    assert sendout.scheduled_for == datetime(2030, 7, 2, 14, 45, tzinfo=UTC)
    assert sendout.state == State.SCHEDULED


def test_a_refused_time_stays_where_it_was_typed(browser: Client, sendout: SendOut) -> None:
    page = press(browser, sendout, "schedule", when="2020-01-01T09:00", clock="each")
    assert 'value="2020-01-01T09:00"' in page
    assert re.search(r'value="each"[^>]* checked', page)


def test_one_that_has_left_gets_no_other_time(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "send")
    assert "is leaving already" in press(browser, sendout, "schedule", when="2030-07-02T10:45")
    assert sendout.scheduled_for is None


def test_what_was_missed_leaves_and_the_popup_says_so(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    now = timezone.now()
    SendOut.objects.update(scheduled_for=now - timedelta(hours=2))
    start_due(now)
    sendout.refresh_from_db()
    assert sendout.state == State.RUNNING
    page = browser.get(f"/o/aqua-club/messages/{sendout.pk}/").content.decode()
    assert "hours late: no worker was running" in page.replace("\xa0", " ")
    SendOut.objects.update(scheduled_for=now - timedelta(seconds=5))
    assert (
        "late: no worker"
        not in browser.get(f"/o/aqua-club/messages/{sendout.pk}/").content.decode()
    )


def test_what_was_missed_and_has_ended_goes_to_nobody(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    now = timezone.now()
    hour = timedelta(hours=1)
    SendOut.objects.update(scheduled_for=now - 2 * hour, expires_at=now - hour)
    tick(now)
    told = set(Delivery.objects.values_list("status", "skip_reason"))
    assert told == {("skipped", "expired")}


def test_a_scheduled_send_out_goes_back_to_draft(browser: Client, sendout: SendOut) -> None:
    press(browser, sendout, "schedule", when="2030-07-01T09:30")
    assert "Back to draft" in browser.get(page_of(sendout, "check")).content.decode()
    assert "is a draft again" in press(browser, sendout, "unschedule")
    assert sendout.state == State.DRAFT
