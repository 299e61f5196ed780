"""What the tests of deliveries share: a send-out to a few people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut

MakeSendOut = Callable[..., SendOut]
MakePerson = Callable[..., Participant]


@pytest.fixture
def person(club: Organisation) -> MakePerson:
    def make(first_name: str, email: str = "", phone: str = "", **fields: object) -> Participant:
        fields.setdefault("email_normal", email.lower())
        return Participant.objects.create(
            organisation=fields.pop("organisation", club),
            first_name=first_name,
            email=email,
            phone=phone,
            **fields,
        )

    return make


@pytest.fixture
def sendout(club: Organisation, email_sender: Sender, sms_sender: Sender) -> MakeSendOut:
    def make(**fields: object) -> SendOut:
        message = Message.objects.create(
            organisation=club,
            category=fields.pop("category", "operational"),
            subject="Pool closed",
            body="Hi {{ first_name }}, see you Saturday.",
            sms_text="Pool closed today",
        )
        fields.setdefault("everyone", True)
        return SendOut.objects.create(
            organisation=club,
            name="Closure",
            message=message,
            email_sender=email_sender,
            sms_sender=sms_sender,
            **fields,
        )

    return make
