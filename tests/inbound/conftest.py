"""What the tests of the doors share: a message that has left, to one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut

MakeDelivery = Callable[..., Delivery]


def sent(club: Organisation, address: str) -> Delivery:
    """Send a message to one person; the server has accepted it."""
    sender, _ = Sender.objects.get_or_create(
        organisation=club,
        name="Email",
        channel="email",
        kind="sandbox",
        from_address="office@club.test",
        bounce_address="bounces@club.test",
    )
    person = Participant.objects.create(
        organisation=club, first_name="Ann", email=address, email_normal=address.lower()
    )
    message = Message.objects.create(organisation=club, subject="News", body="Hi")
    sendout = SendOut.objects.create(
        organisation=club, name="News", message=message, email_sender=sender
    )
    sendout.people.add(person)
    send_now(sendout)
    row = Delivery.objects.get(sendout=sendout)
    record([Happening(row.pk, "accepted", timezone.now(), ref="queued", attempt=1)])
    row.refresh_from_db()
    return row


@pytest.fixture
def ann(club: Organisation) -> Delivery:
    return sent(club, "Ann@Example.test")


@pytest.fixture
def theirs(other_club: Organisation) -> Delivery:
    return sent(other_club, "zoe@example.test")
