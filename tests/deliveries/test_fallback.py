"""SMS after the emails: to exactly those whom they did not reach, and once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.money import MILLION
from sendout.deliveries import counting, fallback, freeze, limit, steer
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.engine import sweep
from sendout.people.models import Participant
from sendout.sendouts import lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from sendout.usage.models import Price
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
MadeSendOut = Callable[..., SendOut]

FATES = {
    "Opener": ("accepted", "opened"),
    "Clicker": ("accepted", "clicked"),
    "Leaver": ("accepted", "unsubscribed"),
    "Spam": ("accepted", "complained"),
    "Machine": ("accepted", "machine_opened", "machine_clicked"),
    "Silent": ("accepted", "delivered"),
    "Bounced": ("accepted", "bounced"),
    "Failed": ("failed",),
    "Late": ("deferred",),
}
NOT_ARRIVED = {"Bounced", "Failed", "Late", "Nowhere", "Typo"}
NOT_OPENED = NOT_ARRIVED | {"Machine", "Silent"}


def tell(sendout: SendOut, name: str, *kinds: str) -> None:
    """Let these facts be known of one person's email."""
    row = Delivery.objects.get(sendout=sendout, participant__first_name=name, channel="email")
    later = timezone.now() + timedelta(minutes=5)
    record(
        [
            Happening(row.pk, kind, timezone.now(), "test", attempt=1, next_try_at=later)
            for kind in kinds
        ]
    )


def texted(sendout: SendOut) -> set[str]:
    """Name those for whom a text is on its way."""
    rows = sendout.deliveries.filter(channel="sms", status="queued")
    return set(rows.values_list("participant__first_name", flat=True))


def wait_over(sendout: SendOut) -> None:
    """Begin the wait, and let it be over."""
    sweep.tick(timezone.now())
    sendout.refresh_from_db()
    assert sendout.fallback_at is not None
    sweep.tick(sendout.fallback_at)
    sendout.refresh_from_db()


@pytest.fixture
def left(club: Organisation, person: MakePerson, sendout: MakeSendOut) -> MadeSendOut:
    """A send-out whose emails have left and met every fate once."""

    def make(to: str = "not_opened", **fields: object) -> SendOut:
        for n, name in enumerate(FATES):
            person(name, f"{name.lower()}@example.org", f"+151455502{n:02}")
        person("Nowhere", "", "+15145550220")
        person("Typo", "typo@@example", "+15145550221", email_normal="")
        person("Objector", "objector@example.org", "+15145550222")
        suppress(club, "email", "objector@example.org", "admin")
        made = sendout(channels="email_then_sms", fallback_to=to, fallback_minutes=30, **fields)
        freeze.send_now(made)
        for name, kinds in FATES.items():
            tell(made, name, *kinds)
        return made

    return make


@pytest.mark.parametrize(
    ("to", "expected"), [("not_arrived", NOT_ARRIVED), ("not_opened", NOT_OPENED)]
)
def test_exactly_those_whom_the_email_did_not_reach_are_texted(
    left: MadeSendOut, to: str, expected: set[str]
) -> None:
    made = left(to)
    assert not made.deliveries.filter(channel="sms").exists()
    sweep.tick(timezone.now())
    made.refresh_from_db()
    assert made.fallback_at is not None
    assert timedelta(minutes=29) < made.fallback_at - timezone.now() <= timedelta(minutes=30)
    sweep.tick(made.fallback_at - timedelta(seconds=1))
    assert texted(made) == set()
    sweep.tick(made.fallback_at)
    assert texted(made) == expected
    made.refresh_from_db()
    assert (made.fallback, made.state) == ("sent", "running")
    tell(made, "Silent", "bounced")  # too late for a text by itself
    sweep.tick(timezone.now() + timedelta(days=2))
    assert texted(made) == expected
    assert made.counts.get(channel="sms", status="queued").n == len(expected)


def test_the_wait_begins_when_the_last_email_was_handed_over(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Quick", "quick@example.org", "+15145550111")
    person("Slow", "slow@example.org", "+15145550112")
    made = sendout(channels="email_then_sms")
    freeze.send_now(made)
    tell(made, "Quick", "accepted")
    sweep.tick(timezone.now())
    made.refresh_from_db()
    assert made.fallback_at is None
    tell(made, "Slow", "accepted")
    assert not counting.finish(made.pk), "it is not at its end while SMS may follow"
    wait_over(made)
    assert (made.fallback, made.state) == ("sent", "finished"), "everybody got the email"


def test_a_family_gets_one_text_and_is_reached_by_whoever_opened(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    home, work = "+15145550111", "+15145550112"
    person("Ann", "parents@example.org", home)
    person("Ben", "parents@example.org", work)  # no email of his own: left out beside Ann
    person("Cleo", "cleo@example.org", home)
    person("Dan", "read@example.org", "+15145550113")
    person("Eve", "read@example.org", "+15145550114")
    made = sendout(channels="email_then_sms", fallback_to="not_opened")
    freeze.send_now(made)
    for name, kinds in {"Ann": ("bounced",), "Cleo": ("accepted",), "Dan": ("opened",)}.items():
        tell(made, name, *kinds)
    wait_over(made)
    assert texted(made) == {"Ann", "Ben"}
    skipped = made.deliveries.get(channel="sms", status="skipped")
    assert (skipped.participant and skipped.participant.first_name) == "Cleo"
    assert skipped.skip_reason == "duplicate"


def test_paused_cancelled_or_called_off_nobody_is_texted(left: MadeSendOut) -> None:
    made = left()
    sweep.tick(timezone.now())
    far = timezone.now() + timedelta(days=1)
    made.refresh_from_db()
    lifecycle.pause(made)
    sweep.tick(far)
    assert texted(made) == set()
    with pytest.raises(NotPossible, match="paused: resume it first"):
        fallback.send_now(made, far)
    steer.resume(made)
    tell(made, "Late", "accepted")
    fallback.call_off(made)
    made.refresh_from_db()
    assert (made.fallback, made.state) == ("called_off", "finished")
    with pytest.raises(NotPossible, match="called off already"):
        fallback.send_now(made, far)

    again = SendOut.objects.get(pk=made.pk)
    SendOut.objects.filter(pk=made.pk).update(state="running", fallback="waiting")
    again.refresh_from_db()
    steer.cancel(again)
    sweep.tick(far)
    assert texted(made) == set()


def test_past_its_end_nobody_is_texted_and_it_is_at_its_end(left: MadeSendOut) -> None:
    end = timezone.now() + timedelta(minutes=20)
    made = left(expires_at=end)
    sweep.tick(timezone.now())
    sweep.tick(end)
    made.refresh_from_db()
    assert (made.fallback, made.state) == ("called_off", "finished")
    assert texted(made) == set()


def test_who_said_stop_or_has_no_phone_is_a_row_with_the_reason(
    club: Organisation, left: MadeSendOut
) -> None:
    made = left()
    suppress(club, "sms", "+15145550206", "unsubscribed")
    Participant.objects.filter(first_name="Failed").update(phone="")
    wait_over(made)
    skipped = made.deliveries.filter(channel="sms", status="skipped")
    assert dict(skipped.values_list("participant__first_name", "skip_reason")) == {
        "Bounced": "unsubscribed",
        "Failed": "no_address",
    }


def test_a_text_that_would_arrive_at_night_waits_for_the_morning(
    club: Organisation, left: MadeSendOut
) -> None:
    Organisation.objects.filter(pk=club.pk).update(quiet_hours=True)
    club.refresh_from_db()
    made = left()
    night = datetime(2027, 1, 13, 4, 0, tzinfo=UTC)  # 23:00 in Montréal
    SendOut.objects.filter(pk=made.pk).update(fallback_at=night)
    made = SendOut.objects.get(pk=made.pk)
    with pytest.raises(fallback.AtNight, match="23:00 for 7"):
        fallback.send_now(made, night)
    sweep.tick(night)
    assert texted(made) == set()
    made.refresh_from_db()
    assert made.fallback_at == datetime(2027, 1, 13, 13, 0, tzinfo=UTC)
    sweep.tick(made.fallback_at)
    assert texted(made) == NOT_OPENED


def test_beyond_the_limit_of_the_month_it_is_paused_and_says_why(
    club: Organisation, left: MadeSendOut
) -> None:
    Price.objects.create(
        organisation=club, channel="sms", direction="out", country="CA", price=MILLION
    )
    made = left()
    club.spending_limit = 6 * MILLION  # for seven texts
    club.save()
    wait_over(made)
    assert (made.state, made.fallback) == ("paused", "waiting")
    assert "It would cost 7.00 CAD, and 6.00 CAD" in made.trouble
    club.spending_limit = 7 * MILLION
    club.save()
    steer.resume(made)
    month = limit.month(club, timezone.now())
    assert month is not None
    assert month.left == 0, "what the texts will cost is kept for them"
    sweep.tick(timezone.now() + timedelta(hours=1))
    assert texted(made) == NOT_OPENED


def test_without_looking_at_opens_nobody_can_be_texted_for_not_opening(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Ann", "ann@example.org", "+15145550111")
    club.tracks = False
    club.save()
    made = sendout(channels="email_then_sms", fallback_to="not_opened")
    with pytest.raises(NotPossible, match="opens are not looked at"):
        freeze.send_now(made)
    made.fallback_to = "not_arrived"
    made.save()
    freeze.send_now(made)


@pytest.mark.parametrize("to", ["not_arrived", "not_opened"])
def test_of_many_emails_the_page_says_the_most_that_there_can_be(
    left: MadeSendOut, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = left(to)
    emails = counting.tallies([made.pk])[made.pk]["email"]
    exact = fallback.needed(made, emails)
    monkeypatch.setattr(fallback, "COUNTED", 0)
    most = fallback.needed(made, emails)
    assert (exact.exact, most.exact) == (True, False)
    assert exact.people <= most.people < emails.total


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_sends_and_a_dead_one_leaves_nothing_behind(left: MadeSendOut) -> None:
    made = left()
    sweep.tick(timezone.now())
    over = timezone.now() + timedelta(hours=1)

    class Killed(BaseException):
        """As if the process had ended here."""

    with patch("sendout.deliveries.jobs.defer", side_effect=Killed), pytest.raises(Killed):
        fallback.follow_up(over)
    assert not made.deliveries.filter(channel="sms").exists()
    together = Barrier(2)

    def work(_: int) -> None:
        together.wait()
        fallback.follow_up(over)
        connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(work, range(2)))
    assert texted(made) == NOT_OPENED
    made.refresh_from_db()
    assert (made.state, made.fallback, made.trouble) == ("running", "sent", "")
