"""While a sender warms up, a day's number leaves and the rest waits for the next day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.senders.warming import put_warmup
from tests.deliveries.conftest import MakeSendOut
from tests.engine.conftest import RunBatches

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


@pytest.fixture
def warming(email_sender: Sender, club: Organisation) -> Sender:
    """A sender on the first day of its warm-up, with sixty people, and twenty-one messages."""
    Participant.objects.bulk_create(
        Participant(
            organisation=club,
            email=f"deliver+{n}@sandbox.test",
            email_normal=f"deliver+{n}@sandbox.test",
        )
        for n in range(60)
    )
    put_warmup(email_sender, 21, 1000, timezone.now())
    email_sender.save()
    return email_sender


def sent() -> int:
    return Delivery.objects.filter(status="sent").count()


def test_each_day_its_number_leaves_and_nobody_is_lost(
    warming: Sender, sendout: MakeSendOut, run_batches: RunBatches
) -> None:
    send_now(closure := sendout())
    for total in (21, 21 + 32, 60):
        for _ in range(30):  # what one batch reserved and did not need is for another one
            if sent() < total:
                run_batches(closure)
        run_batches(closure)
        assert sent() == total
        let_a_day_pass(warming)


def let_a_day_pass(sender: Sender) -> None:
    sender.refresh_from_db()
    day = timedelta(days=1)
    Sender.objects.filter(pk=sender.pk).update(
        warmup_from=sender.warmup_from - day,
        warmup_day=sender.warmup_day and sender.warmup_day - day,
    )


def test_what_waits_for_a_day_looks_again_before(
    warming: Sender, sendout: MakeSendOut, run_batches: RunBatches
) -> None:
    """So that a warm-up which is switched off is not waited for until midnight."""
    send_now(closure := sendout())
    ProcrastinateJob.objects.all()._raw_delete("default")
    run_batches(closure)
    jobs = list(ProcrastinateJob.objects.values_list("scheduled_at", flat=True))
    assert jobs
    assert all(at is not None and at < timezone.now() + timedelta(minutes=1) for at in jobs)
    Sender.objects.update(warmup_first=0, warmup_target=0)
    run_batches(closure)
    assert sent() == 60


def test_another_one_takes_what_a_warm_up_leaves(
    warming: Sender, sendout: MakeSendOut, run_batches: RunBatches
) -> None:
    Sender.objects.filter(pk=warming.pk).update(pool="post")
    old = Sender.objects.create(
        organisation=warming.organisation,
        name="Old",
        channel="email",
        kind="sandbox",
        from_address="old@example.org",
        pool="post",
    )
    send_now(closure := sendout())
    run_batches(closure)
    assert sent() == 60
    assert Delivery.objects.filter(sender=old).count() >= 30
    assert Delivery.objects.filter(sender=warming).count() <= 21


def test_what_a_sender_that_is_down_did_not_send_can_leave_today(
    warming: Sender, sendout: MakeSendOut, run_batches: RunBatches
) -> None:
    nowhere = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    Sender.objects.filter(pk=warming.pk).update(kind="smtp", config=nowhere)
    send_now(closure := sendout())
    run_batches(closure)
    warming.refresh_from_db()
    assert (warming.warmup_sent, bool(warming.down_reason)) == (0, True)
