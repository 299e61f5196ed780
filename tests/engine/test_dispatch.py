"""How a message leaves, and what becomes of those that cannot."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import DataError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation
from sendout.deliveries import freeze, steer
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.engine import sweep
from sendout.inbound import sandbox
from sendout.people.models import Participant
from sendout.senders.models import Foreseen, OutboxCopy, Sender
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression
from sendout.usage import prices
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


def statuses(channel: str = "email") -> dict[str, str]:
    rows = Delivery.objects.filter(channel=channel, sendout__kind="campaign")
    rows = rows.select_related("participant")
    return {row.participant.first_name: row.status for row in rows}


def let_time_pass() -> None:
    """Make all that was to happen later due now."""
    Foreseen.objects.update(due_at=timezone.now())
    Delivery.objects.filter(status="deferred").update(next_try_at=timezone.now())
    Batch.objects.exclude(retry_at=None).update(retry_at=timezone.now())


def test_each_gets_their_own_message(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    for name in ("Ann", "Zoé"):
        person(name, f"deliver+{name[0]}@sandbox.test", fields={"Child": "Mia"})
    closure = sendout()
    send_now(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "sent", "Zoé": "sent"}
    for copy in OutboxCopy.objects.all():
        mail = message_from_bytes(bytes(copy.content), policy=policy.default)
        name = Delivery.objects.get(pk=copy.delivery).participant.first_name
        assert f"Hi {name}," in mail.get_body(("plain",)).get_content()
        assert f"Hi {name}," in mail.get_body(("html",)).get_content()
        assert mail["To"].addresses[0].addr_spec == copy.recipient
        assert mail["List-Unsubscribe"].startswith("<http://")
        assert mail["Message-ID"]
        assert mail["Date"]
    closure.refresh_from_db()
    assert closure.state == "finished"


def test_each_ends_in_the_status_that_fits(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    fates = {
        "deliver": "delivered",
        "open": "opened",
        "click": "clicked",
        "machine": "delivered",
        "complain": "complained",
        "bounce": "bounced",
        "full": "bounced",
        "refuse": "bounced",
        "defer": "delivered",
        "unsure": "delivered",
    }
    for word in fates:
        person(word, f"{word}@sandbox.test")
    closure = sendout()
    send_now(closure)
    for _ in range(3):
        run_batches(closure)
        let_time_pass()
        sandbox.come_true()
        let_time_pass()
    assert statuses() == fates
    listed = {s.address: s.reason for s in Suppression.objects.all()}
    assert listed == {
        "complain@sandbox.test": "complaint",
        "bounce@sandbox.test": "bad_email",
        "refuse@sandbox.test": "bad_email",
    }
    unsure = Delivery.objects.get(participant__first_name="unsure")
    assert "unsure" in unsure.events.values_list("kind", flat=True)


def test_sms_replies_and_stops(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches, sms_sender: Sender
):
    prices.put(sms_sender.organisation, ("sms", "out", "CA"), 7000)
    for name, number in {"yes": "40", "stop": "50", "nearly": "60", "bad": "10"}.items():
        person(name, phone=f"+151455501{number}")
    closure = sendout(channels="sms")
    send_now(closure)
    run_batches(closure)
    let_time_pass()
    sandbox.come_true()
    assert statuses("sms") == {
        "yes": "replied",
        "stop": "replied",
        "nearly": "replied",
        "bad": "bounced",
    }
    listed = {s.address: s.reason for s in Suppression.objects.all()}
    assert listed == {"+15145550150": "unsubscribed", "+15145550110": "bad_number"}
    stopped = Delivery.objects.exclude(unsubscribed_at=None)
    assert [row.participant.first_name for row in stopped] == ["stop"]
    assert set(closure.deliveries.values_list("segments", "price")) == {(1, 7000)}


def test_what_the_list_stops_is_not_charged(
    club: Organisation, person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    person("Ann", "deliver@sandbox.test")
    person("Ben")
    prices.put(club, ("email", "out", ""), 100)
    send_now(closure := sendout())
    run_batches(closure)
    assert dict(Delivery.objects.values_list("status", "price")) == {"sent": 100, "skipped": 0}


def test_a_sender_that_is_down_loses_nothing(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches, email_sender: Sender
):
    person("Ann", "ann@example.test")
    settings = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    Sender.objects.filter(pk=email_sender.pk).update(kind="smtp", config=settings)
    send_now(closure := sendout())
    run_batches(closure)
    email_sender.refresh_from_db()
    row = Delivery.objects.get()
    assert (row.status, row.attempt) == ("queued", 0)
    assert "127.0.0.1" in email_sender.down_reason
    Sender.objects.filter(pk=email_sender.pk).update(kind="sandbox", config={}, down_until=None)
    run_batches(closure)
    assert Delivery.objects.get().status == "sent"


def test_a_message_that_cannot_be_made_stops_nobody_else(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    person("Ann", "deliver@sandbox.test")
    person("Eve", "eve@example.org\r\nBcc: x@example.org", email_normal="eve@example.org")
    send_now(closure := sendout())
    run_batches(closure)
    assert statuses() == {"Ann": "sent", "Eve": "error"}
    assert Delivery.objects.get(status="error").error_text


def test_a_paused_send_out_goes_on_where_it_was(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    person("Ann", "deliver@sandbox.test")
    send_now(closure := sendout())
    lifecycle.pause(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "queued"}
    steer.resume(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "sent"}


def test_a_pace_is_kept(
    club: Organisation, sendout: MakeSendOut, run_batches: RunBatches, email_sender: Sender
):
    Participant.objects.bulk_create(
        Participant(
            organisation=club,
            email=f"deliver+{n}@sandbox.test",
            email_normal=f"deliver+{n}@sandbox.test",
        )
        for n in range(60)
    )
    Sender.objects.filter(pk=email_sender.pk).update(pace_count=40)
    send_now(closure := sendout())
    while Delivery.objects.filter(status="queued").exists():  # a job goes on for a second at most
        run_batches(closure)
    times = sorted(Delivery.objects.values_list("accepted_at", flat=True))
    assert times[-1] - times[0] > timedelta(seconds=1)
    assert set(statuses().values()) == {"sent"}


def test_scheduled_send_outs_start_when_their_time_has_come(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    person("Ann", "deliver@sandbox.test")
    closure = sendout()
    lifecycle.schedule(closure, timezone.now() + timedelta(hours=1))
    sweep.run_tick()
    assert not Delivery.objects.exists()
    SendOut.objects.update(scheduled_for=timezone.now())
    sweep.run_tick()
    run_batches(closure)
    assert statuses() == {"Ann": "sent"}


def test_one_that_cannot_start_stops_neither_another_nor_the_clock(
    person: MakePerson, sendout: MakeSendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("Ann", "deliver+a@sandbox.test")
    due = timezone.now() - timedelta(hours=20)
    first, second = sendout(), sendout()
    for closure in (first, second):
        SendOut.objects.filter(pk=closure.pk).update(state="scheduled", scheduled_for=due)
    real, after = freeze.send_now, []

    def start(closure: SendOut) -> None:
        if closure.pk == first.pk:
            raise DataError("no column holds that")
        real(closure)

    monkeypatch.setattr(sweep.freeze, "send_now", start)
    monkeypatch.setattr(sweep.fallback, "follow_up", after.append)
    with pytest.raises(DataError):
        sweep.run_tick()
    states = SendOut.objects.in_bulk([first.pk, second.pk])
    assert (states[first.pk].state, states[second.pk].state) == ("scheduled", "running")
    assert len(after) == 1


def test_what_a_dead_worker_held_is_known_to_be_unknown(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    monkeypatch: pytest.MonkeyPatch,
):
    person("Ann", "deliver@sandbox.test", "+15145550101")
    send_now(closure := sendout(channels="both"))
    long_ago = timezone.now() - timedelta(hours=1)
    for channel in ("email", "sms"):
        claim(closure.pk, channel, 1, 10)
    Batch.objects.update(claimed_at=long_ago)
    monkeypatch.setattr(sweep, "database_since", timezone.now)
    sweep.run_tidy()  # who holds them may live, and could not reach the database until now
    assert Batch.objects.filter(held__isnull=False).count() == 2
    monkeypatch.setattr(sweep, "database_since", lambda: long_ago)
    sweep.run_tidy()
    assert statuses("email") == {"Ann": "deferred"}
    assert statuses("sms") == {"Ann": "unknown"}
    let_time_pass()
    run_batches(closure)
    assert statuses("email") == {"Ann": "sent"}
    email = Delivery.objects.get(channel="email")
    assert set(email.events.values_list("kind", flat=True)) == {"unsure", "deferred"}


def test_a_batch_without_a_job_gets_one(person: MakePerson, sendout: MakeSendOut):

    person("Ann", "deliver@sandbox.test")
    send_now(sendout())
    sweep.run_tidy()
    assert ProcrastinateJob.objects.count() == 1
    ProcrastinateJob.objects.all()._raw_delete("default")
    sweep.run_tidy()
    assert ProcrastinateJob.objects.count() == 1


def test_a_retry_gets_its_job_when_its_time_has_come(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
):
    person("Ann", "defer@sandbox.test")
    send_now(closure := sendout())
    run_batches(closure)
    ProcrastinateJob.objects.all()._raw_delete("default")
    sweep.run_tick()
    assert (statuses(), ProcrastinateJob.objects.count()) == ({"Ann": "deferred"}, 0)
    let_time_pass()
    for _ in range(2):
        sweep.run_tick()
        assert ProcrastinateJob.objects.count() == 1


def test_a_batch_that_was_thought_done_is_looked_at_again(person: MakePerson, sendout: MakeSendOut):
    person("Ann", "deliver@sandbox.test")
    send_now(sendout())
    ProcrastinateJob.objects.all()._raw_delete("default")
    Batch.objects.update(ready=False)
    sweep.run_tidy()
    assert ProcrastinateJob.objects.count() == 1
