"""A text that would arrive in the night asks first."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut, State
from tests.cast import sign_in

TORONTO = ZoneInfo("America/Toronto")
NUMBERS = {"Ann": "+15145550199", "Bea": "+14165550198", "Cy": "+16045550197"}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def sendout(club: Organisation, alice: User, sms_sender: Sender, email_sender: Sender) -> SendOut:
    club.quiet_hours, club.undo_seconds = True, 0
    club.save()
    sendout = drafts.start(club, alice, "Pool closed", "sms")
    said = {"subject": "Hi", "body": "Hi", "sms_text": "Pool closed"}
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    for name, number in NUMBERS.items():
        person = Participant.objects.create(
            organisation=club, first_name=name, phone=number, email=f"{name}@x.example",
            email_normal=f"{name}@x.example",
        )  # fmt: skip
        sendout.people.add(person)
    sendout.message.refresh_from_db()
    return sendout


def quiet_now(club: Organisation, *, hours_away: int = 0) -> None:
    """Have the club's quiet hours hold in Toronto at this moment, or at another time."""
    now = datetime.now(TORONTO) + timedelta(hours=hours_away)
    begin, end = (now + timedelta(minutes=minutes) for minutes in (-60, 60))
    club.quiet_from, club.quiet_until = (
        clock.time().replace(microsecond=0) for clock in (begin, end)
    )
    club.save()


def press(browser: Client, sendout: SendOut, button: str, **more: str) -> str:
    data = {"version": str(sendout.message.version), **more}
    answer = browser.post(f"/o/aqua-club/compose/{sendout.pk}/{button}/", data, follow=True)
    sendout.refresh_from_db()
    return " ".join(answer.content.decode().split())


def tomorrow(clock: time) -> str:
    return f"{datetime.now(TORONTO).date() + timedelta(days=1)}T{clock:%H:%M}"


def test_a_text_in_the_night_asks_first_and_says_whom_it_would_wake(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    quiet_now(club)
    page = press(browser, sendout, "send")
    assert sendout.state == State.DRAFT
    assert "2 people would get the SMS in the night" in page
    assert f"<strong>{datetime.now(TORONTO):%H:}" in page
    assert "Send 3 messages now all the same" in page
    assert "is being sent" in press(browser, sendout, "send", at_night="1")
    assert sendout.state == State.RUNNING


def test_in_the_day_nothing_is_asked(browser: Client, sendout: SendOut, club: Organisation) -> None:
    quiet_now(club, hours_away=12)
    assert "is being sent" in press(browser, sendout, "send")


def test_a_scheduled_text_is_judged_at_its_time(browser: Client, sendout: SendOut) -> None:
    when = tomorrow(time(23, 10))
    page = press(browser, sendout, "schedule", when=when)
    assert sendout.state == State.DRAFT
    assert "2 people would get the SMS in the night" in page
    assert "<strong>23:10</strong> <span>2 people</span>" in page
    assert "Your quiet hours are 21:00 to 08:00." in page
    press(browser, sendout, "schedule", when=when, at_night="1")
    assert sendout.state == State.SCHEDULED
    assert sendout.scheduled_for is not None
    assert f"{sendout.scheduled_for.astimezone(TORONTO):%H:%M}" == "23:10"


def test_the_morning_is_offered_and_is_no_night_for_anybody(
    browser: Client, sendout: SendOut
) -> None:
    page = press(browser, sendout, "schedule", when=tomorrow(time(23, 10)))
    offered = page.split('name="when" value="')[1].split('"')[0]
    assert offered.endswith("T11:00")  # 8:00 in Vancouver
    press(browser, sendout, "schedule", when=offered)
    assert sendout.state == State.SCHEDULED


def test_an_urgent_one_is_sent_when_it_is_said_once_more(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    SendOut.objects.filter(pk=sendout.pk).update(urgent=True)
    quiet_now(club)
    page = press(browser, sendout, "send")
    assert "This send-out is urgent" in page
    assert Delivery.objects.count() == 0
    press(browser, sendout, "send", at_night="1")
    assert sendout.state == State.RUNNING


@pytest.mark.parametrize("what", ["off", "email", "nobody"])
def test_what_wakes_nobody_is_not_asked_about(
    browser: Client, sendout: SendOut, club: Organisation, what: str
) -> None:
    quiet_now(club)
    if what == "off":
        Organisation.objects.filter(pk=club.pk).update(quiet_hours=False)
    elif what == "email":
        SendOut.objects.filter(pk=sendout.pk).update(channels="email")
    else:
        sendout.people.set(Participant.objects.filter(first_name="Cy"))
    press(browser, sendout, "send")
    assert sendout.state == State.RUNNING


def test_a_column_tells_a_time_zone_better_than_the_number(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    Participant.objects.update(fields={"Timezone": "Asia/Tokyo"})
    quiet_now(club)
    press(browser, sendout, "send")
    assert sendout.state == State.RUNNING


def test_the_last_look_says_that_it_will_ask(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    quiet_now(club)
    page = browser.get(f"/o/aqua-club/compose/{sendout.pk}/check/").content.decode()
    assert "It is night for 2 people who would get the SMS" in page


def test_landlines_are_left_out_of_the_count(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    Participant.objects.filter(first_name="Ann").update(phone_kind="landline")
    quiet_now(club)
    assert "1 person would get the SMS in the night" in press(browser, sendout, "send")
