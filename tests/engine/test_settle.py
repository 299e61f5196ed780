"""What a server says is kept, whatever it says; what comes back late finds its place."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.deliveries import steer
from sendout.deliveries.claim import claim
from sendout.deliveries.counting import tallies
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.engine import sweep
from sendout.engine.prepare import Way, find_way
from sendout.engine.settle import settle
from sendout.senders import health
from sendout.senders.models import RecipientDomain
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben", "Cleo"):
        person(name, f"{name}@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    return closure


def answer(sendout: SendOut, *outcomes: Outcome) -> list[Delivery]:
    """Claim as many as there are outcomes and settle them so."""
    way = find_way(sendout.pk, "email")
    assert isinstance(way, Way)
    found = claim(sendout.pk, "email", 1, len(outcomes))
    rows = found.claimed
    slice_ = way.prepare(rows, timezone.now())
    told = {row.id: outcome for row, outcome in zip(rows, outcomes, strict=True)}
    settle(way, slice_, told, timezone.now(), keeps_copy=False, hold=found.hold)
    return list(Delivery.objects.filter(pk__in=told).order_by("pk"))


def test_an_answer_that_no_column_holds_is_kept_as_far_as_it_goes(started: SendOut) -> None:
    ann, ben, cleo = answer(
        started,
        Accepted("queue\0id" + 3_000 * "x"),
        Refused(True, "5.1.1", "No\0body " + 9_000 * "!", Blame.ADDRESS),
        Unsure("cut\0 off"),
    )
    assert (ann.status, len(ann.provider_ref)) == ("sent", 200)
    assert (ben.status, ben.error_text[:7]) == ("bounced", "Nobody ")
    assert (cleo.status, cleo.error_text) == ("deferred", "cut off")
    assert Suppression.objects.get().address == "ben@example.org"


def test_a_domain_that_says_what_no_column_holds_is_left_alone(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    for n in range(6):
        person(f"P{n}", f"p{n}@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    rows = answer(closure, *[Refused(False, "4.7.1", "too\0 busy")] * 6)
    assert {(row.status, row.error_text) for row in rows} == {("deferred", "too busy")}
    assert RecipientDomain.objects.get().why == "too busy"


def test_a_sender_may_be_down_for_what_no_column_holds(started: SendOut) -> None:
    sender = started.email_sender
    assert sender is not None
    health.mark_down(sender.pk, "554 go\0 away")
    sender.refresh_from_db()
    assert sender.down_reason == "554 go away"


def test_who_is_taken_alone_needs_no_reference(started: SendOut) -> None:
    [ann] = answer(started, Accepted(""))
    assert (ann.status, ann.provider_ref) == ("sent", "")


def test_what_was_being_sent_at_the_cancelling_is_not_tried_again(started: SendOut) -> None:
    way = find_way(started.pk, "email")
    assert way is not None
    found = claim(started.pk, "email", 1, 2)
    slice_ = way.prepare(found.claimed, timezone.now())
    assert steer.cancel(started) == 1
    busy, taken = Refused(False, "4.2.1", "busy"), Accepted("1")
    told: dict[int, Outcome] = {slice_[0].row.id: busy, slice_[1].row.id: taken}
    settle(way, slice_, told, timezone.now(), keeps_copy=False, hold=found.hold)
    sweep.run_tidy()
    assert tallies([started.pk])[started.pk]["email"].by_status == {"sent": 1, "cancelled": 2}
