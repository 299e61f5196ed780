"""Texts that left through providers of SMS, and the providers that tell about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.providers.callback import WayBack
from sendout.deliveries import refs
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders import hooks
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut

TOKEN = "the token of the account"
PHONE = "+15145550142"
TWILIO = {"account_sid": "AC" + "a1" * 16, "auth_token": TOKEN}
OWN = {
    "gateway": "other",
    "api_url": "http://127.0.0.1:9/",
    "fields": '{"to": "{to}", "text": "{text}", "dlr": "{callback}"}',
    "receipt_reference": "ref",
}
SETTINGS = {"twilio": TWILIO, "http": OWN}


def sms_sender(club: Organisation, kind: str = "twilio", name: str = "Texts") -> Sender:
    sender = Sender(
        organisation=club, name=name, channel="sms", kind=kind, from_address="+15145550100"
    )
    put_settings(sender, SETTINGS[kind])
    sender.save()
    return sender


def handed_over(
    sender: Sender, phone: str = PHONE, ref: str = "", outcome: str = "accepted"
) -> Delivery:
    """Send a text to one person through this sender, two hours ago; outcome: what we heard."""
    club = sender.organisation
    person = Participant.objects.create(
        organisation=club, first_name="Dora", phone=phone, phone_typed=phone
    )
    message = Message.objects.create(organisation=club, sms_text="Pool closed")
    sendout = SendOut.objects.create(
        organisation=club, name="Closed", message=message, channels="sms", sms_sender=sender
    )
    sendout.people.add(person)
    send_now(sendout)
    delivery = Delivery.objects.get(sendout=sendout, channel="sms")
    if outcome:
        at = datetime.now(UTC) - timedelta(hours=2)
        record([Happening(delivery.pk, outcome, at, ref=ref, attempt=1, segments=1, price=700)])
        refs.keep(sender.pk, [(delivery.pk, [ref])], at)
    delivery.refresh_from_db()
    return delivery


@dataclass
class Told:
    """A sender with a delivery, and a provider that calls."""

    sender: Sender
    delivery: Delivery

    @property
    def name(self) -> str:
        """Our name of the delivery."""
        return name_of(self.delivery)

    def url(self, name: str = "") -> str:
        return address_of(self.sender) + (f"{name}/" if name else "")

    def post(self, url: str, fields: dict[str, str], **headers: str) -> HttpResponse:
        """Post a form."""
        kind = "application/x-www-form-urlencoded"
        return Client().generic(
            "POST", urlsplit(url).path, urlencode(fields), kind, headers=headers
        )

    def twilio(self, name: str | None = None, **fields: str) -> HttpResponse:
        """Post what Twilio signed. name: None for the delivery's own."""
        url = self.url(self.name if name is None else name)
        fields = {"MessageSid": "SM1", **fields}
        signature = RequestValidator(TOKEN).compute_signature(url, fields)
        return self.post(url, fields, **{"X-Twilio-Signature": signature})

    def status(self) -> str:
        self.delivery.refresh_from_db()
        return self.delivery.status


def name_of(delivery: Delivery) -> str:
    return WayBack("", settings.TOKEN_KEYS).name(delivery.pk)


World = Callable[..., Told]


@pytest.fixture(autouse=True)
def strangers() -> None:
    """Let no test know the senders of another."""
    hooks._known.cache_clear()


@pytest.fixture
def told(club: Organisation) -> World:
    """Make the world of one provider."""

    def make(kind: str = "twilio", **delivery: str) -> Told:
        sender = sms_sender(club, kind)
        return Told(sender, handed_over(sender, **delivery))

    return make
