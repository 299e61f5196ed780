"""A draft to one participant, on the way to its last page."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut
from tests.cast import sign_in


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def ann(club: Organisation) -> Participant:
    return Participant.objects.create(
        organisation=club,
        first_name="Ann <3",
        email="ann@x.example",
        email_normal="ann@x.example",
        phone="+15145550199",
        fields={"Child": "Zoé"},
    )


@pytest.fixture
def sendout(
    club: Organisation, alice: User, ann: Participant, email_sender: Sender, sms_sender: Sender
) -> SendOut:
    club.undo_seconds = 0
    club.save()
    sendout = drafts.start(club, alice, "Pool closed", "both")
    said = {"subject": "For {{ Child }}", "body": "Hi {{ first_name }}", "sms_text": "{{ Child }}"}
    Message.objects.filter(pk=sendout.message.pk).update(**said)
    sendout.people.add(ann)
    sendout.message.refresh_from_db()
    return sendout
