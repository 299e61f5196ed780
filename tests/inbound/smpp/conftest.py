"""What the tests of SMPP's way back share: texts that have left, and what the provider tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.compose.models import Message as Said
from sendout.core.providers.smpp_pdu import Address, Message, Tag
from sendout.deliveries import refs
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut

PHONE = "+15145550101"
Text = Callable[..., Delivery]


def smpp_sender(club: Organisation, port: int = 1, **settings: str | int) -> Sender:
    """Give a club an SMPP sender."""
    sender = Sender(
        organisation=club, name="SMPP", channel="sms", kind="smpp", from_address="AquaClub"
    )
    where = {"host": "127.0.0.1", "port": port, "username": "club", "password": "secret"}
    put_settings(sender, where | settings)
    sender.save()
    return sender


@pytest.fixture
def sender(club: Organisation) -> Sender:
    return smpp_sender(club)


@pytest.fixture
def text(sender: Sender) -> Text:
    def make(  # type: ignore[no-untyped-def]
        ref: str = "",
        phone: str = PHONE,
        segments: int = 1,
        through: Sender = sender,
        answered: bool = True,
    ):
        """Give a text that was accepted; without a reference, whose answer was never heard.

        answered: False for one that is still to leave.
        """
        organisation = through.organisation
        person = Participant.objects.create(
            organisation=organisation, first_name="Ann", phone=phone
        )
        said = Said.objects.create(organisation=organisation, sms_text="Pool closed")
        sendout = SendOut.objects.create(
            organisation=organisation, name="Closure", message=said, sms_sender=through,
            channels="sms",
        )  # fmt: skip
        sendout.people.add(person)
        send_now(sendout)
        row = Delivery.objects.get(sendout=sendout)
        kind = "accepted" if ref else "unsure"
        facts = {"ref": ref, "attempt": 1, "segments": segments}
        if answered:
            record([Happening(row.pk, kind, timezone.now(), **facts)])  # type: ignore[arg-type]
        if ref:
            refs.keep(through.pk, [(row.pk, ref.split(","))], timezone.now())
        row.refresh_from_db()
        return row

    return make


def receipt(
    ref: str, stat: str = "DELIVRD", phone: str = PHONE, reference: int = -1, err: str = "000"
) -> Message:
    """Give a receipt as the provider tells it. reference: our own number, where it comes back."""
    words = f"id:{ref} sub:001 dlvrd:001 submit date:2611250312 done date:2611250313 stat:{stat} "
    tlvs = {int(Tag.USER_MESSAGE_REFERENCE): (reference & 0xFFFF).to_bytes(2)}
    return Message(
        Address(phone.removeprefix("+"), 1, 1),
        Address("AquaClub", 5),
        f"{words}err:{err} text:Pool".encode(),
        esm_class=0x04,
        tlvs=tlvs if reference >= 0 else {},
    )


def from_phone(
    content: bytes, phone: str = PHONE, coding: int = 0, headed: bool = False
) -> Message:
    """Give a text from a phone as the provider tells it."""
    source, to = Address(phone.removeprefix("+"), 1, 1), Address("AquaClub", 5)
    return Message(source, to, content, esm_class=0x40 * headed, data_coding=coding)
