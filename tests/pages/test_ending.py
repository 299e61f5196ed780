"""The page says when a send-out will be done, or honestly what it waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from sendout.accounts.models import User
from sendout.deliveries.freeze import send_now
from sendout.pages.messages.ending import about
from sendout.senders import health
from sendout.senders.models import Sender, Throughput
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

SECONDS = timedelta(seconds=20)  # a test may take: the page's clock may be a minute further

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(seconds=20), "in less than a minute"),
        (timedelta(minutes=42, seconds=10), "at about 12:42"),
        (timedelta(minutes=42, seconds=40), "at about 12:43"),
        (timedelta(hours=20), "tomorrow at about 08:00"),
        (timedelta(days=20), "on 24 May 2026"),
    ],
)
def test_an_end_is_said_as_people_say_it(after: timedelta, words: str) -> None:
    with timezone.override(UTC):
        assert about(NOON + after, NOON) == words


@pytest.fixture
def running(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for number in range(4):
        person(f"Swimmer {number}", f"swimmer{number}@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    begun = timezone.now() - timedelta(minutes=5)
    SendOut.objects.filter(pk=closure.pk).update(started_at=begun)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    return closure


def shown(alice: User, sendout: SendOut) -> str:
    """Give the part of the popup that moves, after looking that the list says the same."""
    client = sign_in(alice)
    live = client.get(
        reverse("pages:popup_live", args=["aqua-club", sendout.pk]), headers={"hx-request": "true"}
    )
    return live.text + client.get(reverse("pages:messages_rows", args=["aqua-club"])).text


def says_the_end_in(days: int, alice: User, sendout: SendOut) -> bool:
    """Tell whether popup and list say that it is done so many days from now."""
    with timezone.override(sendout.organisation.zone):
        moments = (timezone.now(), timezone.now() + SECONDS)
        ends = {about(now + timedelta(days), now) for now in moments}
    words = shown(alice, sendout)
    return sum(words.count(f"done {end}") for end in ends) == 2


def test_a_pace_tells_the_end(alice: User, running: SendOut, email_sender: Sender) -> None:
    Sender.objects.filter(pk=email_sender.pk).update(pace_count=2, pace_period="day")
    assert says_the_end_in(2, alice, running)


def test_without_a_pace_the_last_minute_tells_it(
    alice: User, running: SendOut, email_sender: Sender
) -> None:
    assert shown(alice, running).count("too early to say when it ends") == 2
    minute = timezone.now().replace(second=0, microsecond=0)
    for at in (minute, minute - timedelta(minutes=1)):
        Throughput.objects.create(sender=email_sender, minute=at, accepted=600, busy=60)
    assert shown(alice, running).count("done in less than a minute") == 2


def test_a_sender_that_is_down_is_waited_for(
    alice: User, running: SendOut, email_sender: Sender
) -> None:
    health.mark_down(email_sender.pk, "The server refused the password.")
    assert shown(alice, running).count("waiting for the mail server") == 2


def test_without_a_worker_no_end_is_promised(alice: User, running: SendOut) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert shown(alice, running).count("waiting for a worker, none is running") == 2


def test_what_is_paused_has_no_end(alice: User, running: SendOut, email_sender: Sender) -> None:
    Sender.objects.filter(pk=email_sender.pk).update(pace_count=2, pace_period="day")
    lifecycle.pause(running)
    assert "done on" not in shown(alice, running)


def pooled(email_sender: Sender, **fields: object) -> Sender:
    Sender.objects.filter(pk=email_sender.pk).update(pool="post")
    return Sender.objects.create(
        organisation=email_sender.organisation,
        name="Second",
        channel="email",
        kind="sandbox",
        from_address="second@example.org",
        pool="post",
        **fields,
    )


def test_those_that_work_together_are_reckoned_together(
    alice: User, running: SendOut, email_sender: Sender
) -> None:
    second = pooled(email_sender, pace_count=3, pace_period="day")
    Sender.objects.filter(pk=email_sender.pk).update(pace_count=1, pace_period="day")
    assert says_the_end_in(1, alice, running)
    health.mark_down(second.pk, "The server is away.")
    assert says_the_end_in(4, alice, running)
    health.mark_down(email_sender.pk, "The server is away.")
    assert shown(alice, running).count("waiting for the mail server") == 2


def test_a_warm_up_puts_the_end_off(alice: User, running: SendOut, email_sender: Sender) -> None:
    """Four are left: one today, two tomorrow, the last on the day after."""
    zone = running.organisation.zone
    today = timezone.localtime(timezone.now(), zone).date()
    numbers = {"warmup_first": 1, "warmup_target": 9, "warmup_from": today}
    Sender.objects.filter(pk=email_sender.pk).update(**numbers)
    end = today + timedelta(days=2)
    words = f"done on {end.day} {end:%B %Y}, because of the warm-up"
    assert shown(alice, running).count(words) == 2
    pooled(email_sender, pace_count=100)
    assert shown(alice, running).count("warm-up") == 0
