"""A send-out through an email service, and back: what it takes, refuses and tells later."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from sendout.accounts.models import Organisation
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.inbound.waiting import take_in_due
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.rigs.esp_service import Call, EspService, Reply
from tests.senders.esp_worlds import PLAYS, config

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


@pytest.fixture
def service() -> Iterator[EspService]:
    with EspService(PLAYS["postmark"]) as service:
        yield service


@pytest.fixture
def postmark(club: Organisation, service: EspService) -> Sender:
    sender = Sender(
        organisation=club,
        name="Postmark",
        channel="email",
        kind="esp",
        from_name="Aqua Club",
        from_address="office@club.example",
    )
    put_settings(sender, config("postmark", api_url=service.url))
    sender.save()
    return sender


def through(sender: Sender, sendout: SendOut) -> SendOut:
    """Let a draft leave through this sender."""
    sendout.email_sender = sender
    sendout.save()
    return sendout


def statuses() -> dict[str, str]:
    rows = Delivery.objects.filter(channel="email").select_related("participant")
    return {row.participant.first_name: row.status for row in rows}


def tell(sender: Sender, record: str, message: dict[str, object], ref: str, **more: str) -> None:
    """Post an event about a message that the service got."""
    event = {
        "RecordType": record,
        "MessageID": ref,
        "Recipient": message["To"],
        "Metadata": message["Metadata"],
        **more,
    }
    path = urlsplit(address_of(sender)).path
    answer = Client().post(path, json.dumps(event), content_type="application/json")
    assert answer.status_code == 200


def test_a_send_out_goes_through_a_service_and_comes_back_as_facts(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    postmark: Sender,
    service: EspService,
) -> None:
    for name in ("Ann", "Ben", "Zoé"):
        person(name, f"{name[0].lower()}@example.org")
    closure = through(postmark, sendout())
    send_now(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "sent", "Ben": "sent", "Zoé": "sent"}
    got = {m["To"].split("<")[-1].rstrip(">"): m for call in service.calls for m in call.data}
    assert "Hi Zoé," in got["z@example.org"]["TextBody"]
    headers = {each["Name"]: each["Value"] for each in got["z@example.org"]["Headers"]}
    assert headers["List-Unsubscribe"].startswith("<http")
    tell(postmark, "Delivery", got["a@example.org"], "1")
    said = "smtp;550 5.1.1 no such user"
    tell(postmark, "Bounce", got["b@example.org"], "2", Type="HardBounce", Details=said)
    take_in_due()
    assert statuses() == {"Ann": "delivered", "Ben": "bounced", "Zoé": "sent"}
    assert [entry.address for entry in Suppression.objects.all()] == ["b@example.org"]


def test_an_event_that_overtakes_our_own_answer_counts(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    postmark: Sender,
    service: EspService,
) -> None:
    def early(call: Call) -> Reply:
        # In a thread with a connection of its own, as the web server has.
        teller = threading.Thread(target=lambda: _tell_and_take_in(postmark, call.data[0]))
        teller.start()
        teller.join()
        return PLAYS["postmark"](call)

    person("Ann", "ann@example.org")
    service.play = early
    closure = through(postmark, sendout())
    send_now(closure)
    run_batches(closure)
    row = Delivery.objects.get()
    assert (row.status, row.accepted_at is not None, bool(row.provider_ref)) == (
        "delivered",
        True,
        True,
    )


def _tell_and_take_in(sender: Sender, message: dict[str, object]) -> None:
    tell(sender, "Delivery", message, "early")
    take_in_due()
    connection.close()


def test_a_wrong_key_loses_nobody_and_blames_nobody(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    postmark: Sender,
    service: EspService,
) -> None:
    person("Ann", "ann@example.org")
    service.faults.append(Reply(401, {"ErrorCode": 10, "Message": "Bad or missing API token."}))
    closure = through(postmark, sendout())
    send_now(closure)
    run_batches(closure)
    row = Delivery.objects.get()
    assert row.status in ("queued", "deferred")
    assert not Suppression.objects.exists()
    assert "Bad or missing API token" in row.error_text
    assert len(service.calls) == 1
