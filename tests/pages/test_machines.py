"""What machines have opened stands beside the people in the popup, and in the story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from sendout.accounts.models import User
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.sendouts.models import SendOut
from tests.cast import sign_in
from tests.deliveries.conftest import MakePerson, MakeSendOut

NOW = datetime(2026, 1, 5, 16, tzinfo=UTC)


@pytest.fixture
def sent(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for name in ("Ann", "Ben", "Cleo"):
        person(name, f"{name.lower()}@example.org")
    closure: SendOut = sendout(channels="email")
    send_now(closure)
    record(Happening(row.pk, "accepted", NOW, attempt=1) for row in Delivery.objects.all())
    return closure


def popup(user: User, sendout: SendOut, path: str = "") -> str:
    client: Client = sign_in(user)
    address = f"/o/aqua-club/messages/{sendout.pk}/{path}"
    return client.get(address, headers={"HX-Request": "true"}).content.decode()


def tell(kind: str, *deliveries: Delivery, text: str = "") -> None:
    record(Happening(row.pk, kind, NOW, "tracking", "1", text=text) for row in deliveries)


def test_nothing_is_said_of_machines_where_there_were_none(alice: User, sent: SendOut) -> None:
    tell("opened", *Delivery.objects.all()[:1])
    assert "by machines alone" not in popup(alice, sent)


@pytest.mark.parametrize("path", ["", "live/"])
def test_machines_are_shown_apart_from_people(alice: User, sent: SendOut, path: str) -> None:
    first, second, third = Delivery.objects.order_by("pk")
    tell("machine_opened", first, second)
    tell("opened", third)
    html = popup(alice, sent, path)
    assert "2 were opened by machines alone" in html
    assert "1 of 3 sent" in html


def test_one_machine_is_one(alice: User, sent: SendOut) -> None:
    tell("machine_opened", *Delivery.objects.all()[:1])
    assert "1 was opened by machines alone" in popup(alice, sent)


def test_the_story_says_why_an_open_does_not_count(alice: User, sent: SendOut) -> None:
    row = Delivery.objects.order_by("pk")[0]
    tell("maybe_opened", row, text="Gmail · It came right after the delivery.")
    html = popup(alice, sent, f"delivery/{row.pk}/")
    assert "perhaps by a machine: not counted" in html
    assert "It came right after the delivery." in html
