"""Slices are claimed once, from a running send-out, by whoever comes first."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries import steer
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.usefixtures("law_of_counts")


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben", "Cleo"):
        person(name, f"{name}@example.org", fields={"Child": f"{name} junior"})
    closure = sendout()
    send_now(closure)
    return closure


def take(sendout: SendOut, limit: int = 10) -> list[str]:
    return [row.first_name for row in claim(sendout.pk, "email", 1, limit).claimed]


def test_a_slice_is_taken_once(started: SendOut):
    assert take(started, 2) == ["Ann", "Ben"]
    assert take(started, 2) == ["Cleo"]
    assert take(started, 2) == []
    assert set(Delivery.objects.values_list("status", "attempt")) == {("sending", 1)}


def test_a_claimed_row_brings_what_rendering_needs(started: SendOut):
    [row] = claim(started.pk, "email", 1, 1).claimed
    assert (row.address, row.fields) == ("Ann@example.org", {"Child": "Ann junior"})


def test_whoever_got_on_the_list_meanwhile_is_skipped(club: Organisation, started: SendOut):
    suppress(club, "email", "ben@example.org", "complaint")
    found = claim(started.pk, "email", 1, 2)
    assert [row.first_name for row in found.claimed] == ["Ann"]
    assert found.looked_at == 2
    ben = Delivery.objects.get(participant__first_name="Ben")
    assert (ben.status, ben.skip_reason, ben.attempt) == ("skipped", "complaint", 0)


def test_nothing_is_claimed_while_paused(started: SendOut):
    lifecycle.pause(started)
    assert take(started) == []
    steer.resume(started)
    assert len(take(started)) == 3


def test_nothing_is_claimed_after_the_end(started: SendOut):
    SendOut.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert take(started) == []
    assert steer.expire(started) == 3
    assert set(Delivery.objects.values_list("status", "skip_reason")) == {("skipped", "expired")}


def test_cancelling_stops_what_has_not_left(started: SendOut):
    assert take(started, 1) == ["Ann"]
    assert steer.cancel(started) == 2
    assert take(started) == []
    assert sorted(Delivery.objects.values_list("status", flat=True)) == [
        "cancelled",
        "cancelled",
        "sending",
    ]


def test_a_finished_send_out_cannot_be_paused(started: SendOut):
    steer.cancel(started)
    with pytest.raises(lifecycle.NotPossible, match="it is cancelled"):
        lifecycle.pause(started)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_row(club: Organisation, sendout: MakeSendOut):
    Participant.objects.bulk_create(
        Participant(organisation=club, email=f"p{n}@example.org", email_normal=f"p{n}@example.org")
        for n in range(400)
    )
    closure = sendout()
    send_now(closure)
    taken: list[int] = []

    def work() -> None:
        while rows := claim(closure.pk, "email", 1, 7).claimed:
            taken.extend(row.id for row in rows)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 400
    with transaction.atomic():
        assert Delivery.objects.filter(status="sending", attempt=1).count() == 400
