"""What providers of SMS tell becomes the right facts, in any order and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from sendout.core.delivery.outcome import Blame
from sendout.core.providers.heard import Incoming, Receipt
from sendout.deliveries import refs
from sendout.deliveries.models import Event
from sendout.deliveries.record import Happening, record
from sendout.inbound.models import HookEvent
from sendout.inbound.sms.take import take_in
from sendout.inbound.waiting import take_in_due
from sendout.suppression.models import Reason, Suppression
from tests.inbound.sms.conftest import PHONE, Told, World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("30005", Reason.BAD_NUMBER),
        ("21610", Reason.UNSUBSCRIBED),
        ("30003", None),
        ("30007", None),
        ("30034", None),
        ("", None),
    ],
)
def test_only_bad_numbers_and_stops_get_on_the_list(
    told: World, code: str, listed: Reason | None
) -> None:
    world = told()
    assert world.twilio(MessageStatus="undelivered", ErrorCode=code).status_code == 200
    take_in_due()
    assert world.status() == "bounced"
    assert [entry.reason for entry in Suppression.objects.all()] == ([listed] if listed else [])


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "ours"])), ids=str)
def test_receipts_and_our_own_answer_end_the_same_in_any_order(
    told: World, order: tuple[str, ...]
) -> None:
    world = told(outcome="")
    for step in (*order, *order):
        if step == "ours":
            at = datetime.now(UTC) - timedelta(minutes=1)
            own = Happening(world.delivery.pk, "accepted", at, ref="SM1", attempt=1, price=700)
            record([own])
        else:
            world.twilio(MessageStatus=step)
        take_in_due()
    assert world.status() == "delivered"
    row = world.delivery
    assert (row.provider_ref, row.price, row.accepted_at is not None) == ("SM1", 700, True)
    assert not HookEvent.objects.filter(kind="delivered").exists()


@pytest.mark.parametrize("status", ["queued", "sent"])
def test_a_receipt_proves_that_an_unheard_message_was_taken(told: World, status: str) -> None:
    world = told(outcome="unsure")
    assert world.status() == "unknown"
    world.twilio(MessageStatus=status)
    take_in_due()
    assert (world.status(), world.delivery.provider_ref) == ("sent", "SM1")


@pytest.mark.parametrize(("status", "end"), [("delivered", "delivered"), ("failed", "bounced")])
def test_a_receipt_ends_an_unheard_message(told: World, status: str, end: str) -> None:
    world = told(outcome="unsure")
    world.twilio(MessageStatus=status)
    take_in_due()
    assert (world.status(), world.delivery.provider_ref) == (end, "SM1")
    assert world.delivery.accepted_at is not None


def test_what_proves_acceptance_waits_until_it_is_clear_whether_we_heard(told: World) -> None:
    world = told(outcome="")
    world.twilio(MessageStatus="sent")
    take_in_due()
    assert HookEvent.objects.get().tries == 1
    record([Happening(world.delivery.pk, "unsure", datetime.now(UTC), attempt=1)])
    HookEvent.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    take_in_due()
    assert (world.status(), world.delivery.provider_ref) == ("sent", "SM1")


def test_what_proves_what_we_know_makes_no_line_in_the_story(told: World) -> None:
    world = told(ref="SM1")
    for status in ("queued", "sending", "sent"):
        world.twilio(MessageStatus=status)
    take_in_due()
    assert not Event.objects.exists()
    assert not HookEvent.objects.exists()


def test_a_gateway_may_know_the_message_by_its_own_id_alone(told: World) -> None:
    world = told("http", ref="gw-17")
    assert world.post(world.url(), {"status": "delivered", "ref": "gw-17"}).status_code == 200
    assert world.post(world.url(), {"status": "delivered", "ref": "gw-18"}).status_code == 200
    take_in_due()
    assert world.status() == "delivered"
    assert HookEvent.objects.get().ref == "gw-18"


def test_a_receipt_by_reference_that_overtakes_our_answer_waits_for_it(told: World) -> None:
    world = told("http", outcome="")
    world.post(world.url(), {"status": "delivered", "ref": "gw-17"})
    take_in_due()
    assert world.status() == "queued"
    record([Happening(world.delivery.pk, "accepted", datetime.now(UTC), ref="gw-17", attempt=1)])
    refs.keep(world.sender.pk, [(world.delivery.pk, ["gw-17"])], datetime.now(UTC))
    HookEvent.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))
    take_in_due()
    assert world.status() == "delivered"


def test_what_nobody_knows_is_let_go(told: World, caplog: pytest.LogCaptureFixture) -> None:
    world = told("http")
    world.post(world.url(), {"status": "delivered", "ref": "of nobody"})
    HookEvent.objects.update(received_at=datetime.now(UTC) - timedelta(hours=1))
    take_in_due()
    assert not HookEvent.objects.exists()
    assert "events about messages that we do not know were dropped" in caplog.text


@pytest.mark.parametrize("kind", ["twilio", "http"])
def test_a_stop_unsubscribes_once_however_often_it_is_told(told: World, kind: str) -> None:
    world = told(kind)
    for _ in range(3):
        if kind == "twilio":
            answer = world.twilio("", From=PHONE, To="+15145550100", Body=" Stop! ")
        else:
            fields = {"from": PHONE.removeprefix("+"), "to": "1", "text": "STOP"}
            answer = world.post(world.url(), fields)
        assert answer.status_code == 200
    assert world.status() == "replied"
    assert [(e.address, e.reason) for e in Suppression.objects.all()] == [
        (PHONE, Reason.UNSUBSCRIBED)
    ]
    if kind == "twilio":
        assert Event.objects.filter(kind="replied").count() == 1


@pytest.mark.parametrize(
    ("told_as", "read"),
    [
        ("+15145550142", PHONE),
        ("15145550142", PHONE),
        ("5145550142", PHONE),
        ("0015145550142", PHONE),
    ],
)
def test_a_number_is_read_as_gateways_write_it(told: World, told_as: str, read: str) -> None:
    world = told()
    take_in(world.sender, [Incoming(told_as, "1", "Thanks", "in-1")])
    assert world.status() == "replied"


def test_a_name_or_a_number_that_nobody_has_is_no_trouble(told: World) -> None:
    world = told()
    for phone in ("Bank", "40404", "+15145550143", "", "x" * 300):
        take_in(world.sender, [Incoming(phone, "1", "Thanks", f"in-{phone[:9]}")])
    assert world.status() == "sent"


def test_a_provider_that_blames_the_number_is_believed_whatever_its_code(told: World) -> None:
    world = told()
    blamed = Receipt("bounced", "k", "", world.delivery.pk, None, "E42", "gone", Blame.ADDRESS)
    take_in(world.sender, [blamed])
    take_in_due()
    assert [entry.reason for entry in Suppression.objects.all()] == [Reason.BAD_NUMBER]


def test_a_made_up_time_is_not_believed(told: World) -> None:
    world = told()
    future = datetime.now(UTC) + timedelta(days=400)
    take_in(world.sender, [Receipt("delivered", "k", "", world.delivery.pk, future)])
    take_in_due()
    world.delivery.refresh_from_db()
    assert world.delivery.delivered_at is not None
    assert world.delivery.delivered_at < future - timedelta(days=399)


def test_a_receipt_without_name_and_reference_is_let_go(told: World) -> None:
    world = told()
    take_in(world.sender, [Receipt("delivered", "k")])
    assert not HookEvent.objects.exists()
    assert isinstance(world, Told)
