"""Anna, and what was sent to her."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from sendout.accounts.models import User
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.sendouts.models import SendOut, State
from tests.cast import sign_in
from tests.counts import recount
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.pages.not_received.looks import ANNA, PHONE, Reach


@pytest.fixture
def anna(person: MakePerson) -> Participant:
    return person("Anna", ANNA, PHONE, last_name="Tremblay")


@pytest.fixture
def bob_browser(bob: User) -> Client:
    return sign_in(bob)


@pytest.fixture
def reach(anna: Participant, sendout: MakeSendOut) -> Reach:
    """Give what makes a delivery to Anna and tells facts of it."""

    def make(*facts: str, code: str = "", text: str = "", **fields: object) -> Delivery:
        channel = str(fields.pop("channel", "email"))
        made = fields.pop("sendout", None) or sendout(state=State.RUNNING)
        assert isinstance(made, SendOut)
        row = Delivery.objects.create(
            organisation=anna.organisation,
            sendout=made,
            participant=anna,
            channel=channel,
            batch=1,
            address=fields.pop("address", ANNA if channel == "email" else PHONE),
            sender=made.sender(channel),
            **fields,
        )
        recount()
        now = timezone.now()
        record(
            Happening(row.pk, fact, now, "test", code=code, text=text, attempt=1) for fact in facts
        )
        return row

    return make
