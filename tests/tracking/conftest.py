"""What the tests of tracking share: a delivery that was accepted a while ago, and its addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.message import links
from sendout.deliveries.freeze import send_now
from sendout.deliveries.links import CLICK, OPEN, sign
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.tracking.models import Hit

PLACE = "https://club.example/spring"
Fetch = Callable[..., Hit]


def pixel(delivery: int) -> str:
    """Give the path of a delivery's picture."""
    return f"/o/{sign(OPEN, delivery)}.gif"


def link(delivery: int, number: int = 1, url: str = PLACE) -> str:
    """Give the path of a tracked link."""
    return f"/c/{sign(CLICK, delivery)}/{links.seal(settings.TOKEN_KEYS, number, url)}"


@pytest.fixture
def accepted_at() -> datetime:
    return timezone.now() - timedelta(hours=2)


@pytest.fixture
def delivery(club: Organisation, email_sender: Sender, accepted_at: datetime) -> Delivery:
    """One email to Ann, which the receiving server took two hours ago."""
    Participant.objects.create(
        organisation=club, first_name="Ann", email="ann@example.org", email_normal="ann@example.org"
    )
    message = Message.objects.create(organisation=club, subject="Spring", body="Hello")
    sendout = SendOut.objects.create(
        organisation=club,
        name="Spring",
        message=message,
        email_sender=email_sender,
        channels="email",
        everyone=True,
    )
    send_now(sendout)
    row = Delivery.objects.get(sendout=sendout)
    record([Happening(row.pk, "accepted", accepted_at, attempt=1)])
    row.refresh_from_db()
    return row


@pytest.fixture
def fetch(delivery: Delivery, accepted_at: datetime) -> Fetch:
    """Put a hit where the door puts it: so many seconds after the message was accepted."""

    def fetch(after: float, number: int = 0, sign: str = "", client: str = "Gmail") -> Hit:
        return Hit.objects.create(
            delivery=delivery.pk,
            link=number,
            at=accepted_at + timedelta(seconds=after),
            sign=sign,
            client=client,
            url=f"{PLACE}/{number}" if number else "",
        )

    return fetch
