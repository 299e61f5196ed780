"""A delivery that left through an email service, and the service that tells about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders import hooks
from sendout.senders.esp import reference
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from tests.inbound.esp.recorded import POST, SECRETS, TO, Post, Raw
from tests.senders.esp_worlds import config

Make = Callable[..., Raw]


@dataclass
class Told:
    """A sender, its delivery, and a way to post to its address."""

    sender: Sender
    delivery: Delivery
    at: datetime

    @property
    def service(self) -> str:
        return str(self.sender.config["esp"])

    @property
    def path(self) -> str:
        return urlsplit(address_of(self.sender)).path

    def made(self, make: Make, *args: object, **more: object) -> Post:
        """Give the signed request of an event."""
        raw = make(reference.make(self.delivery.pk), self.at, *args, **more)
        return POST[self.service](raw, address_of(self.sender), time.time())

    def post(self, post: Post, path: str = "") -> int:
        """Post it and give the status of the answer."""
        where = path or self.path
        answer = Client().generic("POST", where, post.body, post.kind, headers=post.headers)
        return answer.status_code


def esp_sender(club: Organisation, service: str, name: str = "Service") -> Sender:
    """Make a sender with everything its service signs with."""
    sender = Sender(
        organisation=club,
        name=name,
        channel="email",
        kind="esp",
        from_name="Aqua Club",
        from_address="office@club.example",
    )
    put_settings(sender, config(service, **SECRETS.get(service, {})))
    sender.save()
    return sender


def left_by(sender: Sender, address: str = TO, ref: str = "") -> Delivery:
    """Send a message to one person through this sender; it was accepted two hours ago."""
    club = sender.organisation
    person = Participant.objects.create(
        organisation=club, first_name="Dora", email=address, email_normal=address
    )
    message = Message.objects.create(organisation=club, subject="Pool closed", body="Sorry.")
    sendout = SendOut.objects.create(
        organisation=club, name="Closed", message=message, email_sender=sender
    )
    sendout.people.add(person)
    send_now(sendout)
    delivery = Delivery.objects.get(sendout=sendout)
    at = datetime.now(UTC) - timedelta(hours=2)
    record([Happening(delivery.pk, "accepted", at, ref=ref or f"ref-{delivery.pk}")])
    return delivery


@pytest.fixture(autouse=True)
def strangers() -> None:
    """Let no test know the senders of another."""
    hooks._known.cache_clear()


@pytest.fixture
def told(club: Organisation) -> Callable[[str], Told]:
    """Make the world of one service."""

    def make(service: str) -> Told:
        sender = esp_sender(club, service)
        at = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
        return Told(sender, left_by(sender), at)

    return make
