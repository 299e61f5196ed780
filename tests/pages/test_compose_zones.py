"""Scheduling by each recipient's own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

WHEN = {"when": "2031-01-15T18:00", "version": "1"}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def draft(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> SendOut:
    club.quiet_hours = False
    club.save()
    person("Hal", "hal@example.org", fields={"timezone": "America/Halifax"})
    person("Van", "van@example.org", fields={"Fuseau horaire": "America/Vancouver"})
    person("Odd", "odd@example.org", fields={"timezone": "Pacific"})
    return sendout(channels="email")


def schedule(browser: Client, sendout: SendOut, **said: str) -> str:
    path = f"/o/aqua-club/compose/{sendout.pk}/schedule/"
    return unescape(browser.post(path, WHEN | said, follow=True).content.decode())


def test_the_first_and_the_last_are_named_and_it_can_be_taken_back(
    browser: Client, draft: SendOut
) -> None:
    said = "The first leaves at 17:00 (Halifax), the last at 21:00 (Vancouver), on your clock."
    assert said in schedule(browser, draft, clock="each")
    draft.refresh_from_db()
    assert (draft.local_time, draft.scheduled_for) == (
        "2031-01-15T18:00",
        datetime(2031, 1, 15, 22, tzinfo=UTC),
    )
    page = unescape(browser.get(f"/o/aqua-club/compose/{draft.pk}/check/").content.decode())
    assert said in page
    assert "No time zones, so they count as yours: “Pacific”." in page
    assert 'value="2031-01-15T18:00"' in page
    htmx = {"HX-Request": "true"}
    popup = browser.get(f"/o/aqua-club/messages/{draft.pk}/", headers=htmx).content.decode()
    assert said in unescape(popup)
    assert "It means 3 people, who are listed then." in unescape(popup)

    assert "leaves on" in schedule(browser, draft, clock="own")
    draft.refresh_from_db()
    assert (draft.local_time, draft.scheduled_for) == ("", datetime(2031, 1, 15, 23, tzinfo=UTC))
    schedule(browser, draft, clock="each")
    browser.post(f"/o/aqua-club/compose/{draft.pk}/unschedule/")
    draft.refresh_from_db()
    assert (draft.local_time, draft.state) == ("", "draft")


def test_sms_that_follow_need_one_time_for_all(browser: Client, draft: SendOut) -> None:
    SendOut.objects.update(channels="email_then_sms")
    assert "need one time for all" in schedule(browser, draft, clock="each")
    draft.refresh_from_db()
    assert (draft.state, draft.local_time) == ("draft", "")
