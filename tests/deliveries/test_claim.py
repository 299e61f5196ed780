"""Slices are claimed once, from a running send-out, by whoever comes first."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries import steer
from sendout.deliveries.claim import Slice, claim
from sendout.deliveries.counting import tallies
from sendout.deliveries.freeze import send_now
from sendout.deliveries.hold import held_now, release
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.record import record_slice
from sendout.deliveries.report import with_status
from sendout.people.models import Participant
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben", "Cleo"):
        person(name, f"{name}@example.org", fields={"Child": f"{name} junior"})
    closure = sendout()
    send_now(closure)
    return closure


def take(sendout: SendOut, limit: int = 10) -> list[str]:
    return [row.first_name for row in claim(sendout.pk, "email", 1, limit).claimed]


def let_go(found: Slice) -> None:
    """Settle a slice: all of it was accepted."""
    assert found.hold is not None
    with transaction.atomic():
        release(found.hold, None)
        rows = [(row.id, "", 1, 0, "") for row in found.claimed]
        record_slice(timezone.now(), rows, [])


def test_a_slice_is_taken_once(started: SendOut):
    first = claim(started.pk, "email", 1, 2)
    assert [(row.first_name, row.attempt) for row in first.claimed] == [("Ann", 1), ("Ben", 1)]
    assert take(started) == [], "the batch is in hand"
    let_go(first)
    assert take(started, 2) == ["Cleo"]
    assert take(started, 2) == []


def test_what_is_in_hand_is_shown_as_being_sent(started: SendOut):
    found = claim(started.pk, "email", 1, 2)
    tally = tallies([started.pk])[started.pk]["email"]
    assert tally.by_status == {"queued": 1, "sending": 2}
    assert held_now(started.pk, "email") == {row.id for row in found.claimed}
    sending = with_status(Delivery.objects.all(), started.pk, "email", "sending")
    queued = with_status(Delivery.objects.all(), started.pk, "email", "queued")
    assert [len(sending), len(queued)] == [2, 1]
    let_go(found)
    assert tallies([started.pk])[started.pk]["email"].by_status == {"queued": 1, "sent": 2}


def test_one_whose_lease_ran_out_lets_go_of_nothing_that_is_anothers(started: SendOut):
    late = claim(started.pk, "email", 1, 2)
    assert late.hold is not None
    release(late.hold, None)
    assert take(started, 1) == ["Ann"]
    release(late.hold, None)
    assert Batch.objects.get().held is not None


def test_a_participant_who_was_deleted_meanwhile_is_skipped(started: SendOut):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_participant WHERE first_name = 'Ben'")
    assert take(started) == ["Ann", "Cleo"]
    assert Delivery.objects.get(status="skipped").skip_reason == "deleted"


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
    by_status = tallies([started.pk])[started.pk]["email"].by_status
    assert by_status == {"cancelled": 2, "sending": 1, "queued": 0}


def test_a_finished_send_out_cannot_be_paused(started: SendOut):
    steer.cancel(started)
    with pytest.raises(lifecycle.NotPossible, match="it is cancelled"):
        lifecycle.pause(started)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_row(club: Organisation, sendout: MakeSendOut):
    Participant.objects.bulk_create(
        Participant(organisation=club, email=f"p{n}@example.org", email_normal=f"p{n}@example.org")
        for n in range(25)
    )
    closure = sendout()
    send_now(closure)
    taken: list[int] = []

    def work() -> None:
        while Delivery.objects.filter(status="queued").exists():
            if (found := claim(closure.pk, "email", 1, 7)).claimed:
                taken.extend(row.id for row in found.claimed)
                let_go(found)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 25
    assert Delivery.objects.filter(status="sent", attempt=1).count() == 25
