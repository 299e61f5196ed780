"""What comes back from phones and puts a number on the Unsubscribes list, or does not."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.inbound.facts import Report, take_in
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression

ANN = "+15145550199"


@pytest.fixture
def text(club: Organisation, sms_sender: Sender) -> Delivery:
    person = Participant.objects.create(organisation=club, first_name="Ann", phone=ANN)
    sendout = SendOut.objects.create(
        organisation=club,
        name="Pool closed",
        message=Message.objects.create(organisation=club, sms_text="Pool closed"),
        channels="sms",
        sms_sender=sms_sender,
    )
    sendout.people.add(person)
    send_now(sendout)
    row = Delivery.objects.get()
    record([Happening(row.pk, "accepted", timezone.now(), ref="SM1", attempt=1, segments=1)])
    return row


def told(row: Delivery, kind: str, **more: object) -> Delivery:
    take_in([Report(row.pk, kind, timezone.now(), source="twilio", key=kind, **more)])  # type: ignore[arg-type]
    row.refresh_from_db()
    return row


def listed() -> list[tuple[str, str, str]]:
    return list(Suppression.objects.values_list("channel", "address", "reason"))


@pytest.mark.parametrize(
    "told_by",
    [
        {"code": "21614", "text": "not a mobile number", "at_fault": True},
        {"code": "30005", "text": "Unknown destination handset", "at_fault": True},
        {"code": "5.1.1", "text": "21614 not a mobile number"},
    ],
)
def test_a_number_that_is_no_mobile_is_listed_as_bad(
    text: Delivery, told_by: dict[str, object]
) -> None:
    assert told(text, "bounced", **told_by).status == "bounced"
    assert listed() == [("sms", ANN, "bad_number")]
    assert str(told_by["code"]) in Suppression.objects.get().evidence


def test_a_carrier_that_filters_says_nothing_about_the_number(text: Delivery) -> None:
    told(text, "bounced", code="30007", text="Carrier violation", at_fault=False)
    assert listed() == []
