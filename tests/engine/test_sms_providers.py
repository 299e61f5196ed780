"""Send-outs by SMS through real gateways and played services, and what they tell afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer
from twilio.request_validator import RequestValidator

from sendout.accounts.models import Organisation
from sendout.core.delivery.outcome import Accepted
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.inbound.waiting import take_in_due
from sendout.senders import hooks
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.trial import send_test
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Reason, Suppression
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.rigs.esp_service import Call, EspService, Reply
from tests.rigs.kannel import NUMBER, Kannel
from tests.rigs.wiremock import WireMock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]
TOKEN = "the token of the account"
TWILIO = {"account_sid": "AC" + "a1" * 16, "auth_token": TOKEN}


@pytest.fixture(autouse=True)
def our_address(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let services reach the door of this test."""
    monkeypatch.setattr(settings, "URL", live_server.url)
    hooks._known.cache_clear()


def sms_sender(club: Organisation, kind: str, config: dict[str, str]) -> Sender:
    sender = Sender(
        organisation=club, name=kind, channel="sms", kind=kind, from_address="+15145550100"
    )
    put_settings(sender, config)
    sender.save()
    return sender


def through(sender: Sender, sendout: SendOut, text: str = "Pool closed today") -> SendOut:
    """Let a draft leave through this sender, by SMS alone."""
    sendout.channels, sendout.sms_sender = "sms", sender
    sendout.save()
    sendout.message.sms_text = text
    sendout.message.save()
    return sendout


def statuses() -> dict[str, str]:
    rows = Delivery.objects.filter(participant__isnull=False)
    return dict(rows.values_list("participant__first_name", "status"))


def come_true(expected: dict[str, str]) -> None:
    """Take in what comes until it is as expected, or for some seconds."""
    until = time.monotonic() + 20
    while time.monotonic() < until and statuses() != expected:
        take_in_due()
        time.sleep(0.1)
    assert statuses() == expected


@pytest.fixture
def kannel_sender(club: Organisation) -> Sender:
    account = {"username": Kannel.username, "password": Kannel.password}
    return sms_sender(club, "http", {"gateway": "kannel", **account})


@pytest.fixture
def kannel(kannel_sender: Sender, tmp_path: Path) -> Iterator[Kannel]:
    fields = "from=%p&to=%P&text=%b&charset=%C&id=%I&at=%T"  # as docs/sms.md says
    with Kannel(tmp_path, f"{address_of(kannel_sender)}?{fields}") as kannel:
        put_settings(
            kannel_sender,
            {**kannel_sender.config, "api_url": kannel.url, "password": Kannel.password},
        )
        kannel_sender.save()
        yield kannel


def test_a_send_out_goes_through_kannel_and_back(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    kannel_sender: Sender,
    kannel: Kannel,
) -> None:
    for number, name in enumerate(("Ann", "Ben", "Zoé")):
        person(name, phone=f"+1514555014{number}")
    closure = through(kannel_sender, sendout(), "Fermé ✓ & 1+1=2, {{ first_name }}")
    send_now(closure)
    run_batches(closure)
    come_true({"Ann": "delivered", "Ben": "delivered", "Zoé": "delivered"})
    assert len(kannel.arrived(3)) == 3
    assert all("ucs-2" in told for told in kannel.on_air)
    kannel.phone_sends("15145550141", "STOP")
    kannel.phone_sends("+15145550142", "Merci beaucoup, à demain")
    come_true({"Ann": "delivered", "Ben": "replied", "Zoé": "replied"})
    assert [(e.address, e.reason) for e in Suppression.objects.all()] == [
        ("+15145550141", Reason.UNSUBSCRIBED)
    ]
    assert Delivery.objects.filter(events__text="Merci beaucoup, à demain").count() == 1
    time.sleep(0.5)
    assert len(kannel.on_air) == 3, "Kannel must not answer phones by itself"
    assert NUMBER == "15145550100"


def test_a_text_that_fits_gsm_stays_one(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    kannel_sender: Sender,
    kannel: Kannel,
) -> None:
    person("Ann", phone="+15145550140")
    text = "é" * 160
    closure = through(kannel_sender, sendout(), text)
    send_now(closure)
    run_batches(closure)
    come_true({"Ann": "delivered"})
    assert kannel.arrived(1) == [f"+15145550100 +15145550140 text {text}"]


def test_send_me_a_test_goes_through_kannel(kannel_sender: Sender, kannel: Kannel) -> None:
    for _ in range(2):
        assert isinstance(send_test(kannel_sender, "+15145550142"), Accepted)
    assert len(kannel.arrived(2)) == 2
    assert take_in_due() == 0


def test_a_wrong_password_for_kannel_loses_nobody(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    kannel_sender: Sender,
    kannel: Kannel,
) -> None:
    put_settings(kannel_sender, {**kannel_sender.config, "password": "wrong"})
    kannel_sender.save()
    person("Ann", phone="+15145550140")
    closure = through(kannel_sender, sendout())
    send_now(closure)
    run_batches(closure)
    row = Delivery.objects.get(channel="sms")
    assert row.status in ("queued", "deferred")
    assert "Authorization failed" in row.error_text
    assert not kannel.on_air


GATEWAY = {
    "gateway": "other",
    "sends": "json",
    "fields": '{"to": "{to}", "text": "{text}", "id": "{id}", "callback": "{callback}"}',
    "reference": "id",
    "receipt_reference": "ref",
    "receipt_status": "state",
}
CALLS_BACK = {
    "method": "POST",
    "url": "{{jsonPath originalRequest.body '$.callback'}}",
    "headers": {"Content-Type": "application/json"},
    "body": '{"ref": "gw-{{jsonPath originalRequest.body \'$.to\'}}", "state": "DELIVRD"}',
    "delay": {"type": "fixed", "milliseconds": 200},
}


def test_a_gateway_of_ones_own_calls_back(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    tmp_path: Path,
) -> None:
    for number, name in enumerate(("Ann", "Ben", "Zoé")):
        person(name, phone=f"+1514555014{number}")
    with WireMock(tmp_path) as service:
        sender = sms_sender(club, "http", GATEWAY | {"api_url": service.url})
        answer = '{"id": "gw-{{jsonPath request.body \'$.to\'}}"}'
        service.play(status=200, body=answer, calls_back=CALLS_BACK)
        service.play(status=429, headers={"Retry-After": "1"}, times=("Started", "calm"))
        closure = through(sender, sendout())
        send_now(closure)
        run_batches(closure)
        come_true({"Ann": "delivered", "Ben": "delivered", "Zoé": "delivered"})
        assert 4 <= len(service.got) <= 6  # of those under way at once, several may be throttled


def test_a_receipt_of_a_real_service_overtakes_nothing(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    tmp_path: Path,
) -> None:
    for number, name in enumerate(("Ann", "Ben")):
        person(name, phone=f"+1514555014{number}")
    with WireMock(tmp_path) as service:
        sender = sms_sender(club, "http", GATEWAY | {"api_url": service.url})
        answer = '{"id": "gw-{{jsonPath request.body \'$.to\'}}"}'
        early = CALLS_BACK | {"delay": {"type": "fixed", "milliseconds": 0}}
        late = {"status": 200, "body": answer, "fixedDelayMilliseconds": 500}
        service.play(**late, calls_back=early)
        closure = through(sender, sendout())
        send_now(closure)
        run_batches(closure)
        come_true({"Ann": "delivered", "Ben": "delivered"})
    refs = set(Delivery.objects.values_list("provider_ref", flat=True))
    assert refs == {"gw-+15145550140", "gw-+15145550141"}


@pytest.fixture
def twilio() -> Iterator[EspService]:
    def play(call: Call) -> Reply:
        return Reply(201, {"sid": "SM" + call.form["To"][1:].zfill(32), "status": "queued"})

    with EspService(play) as service:
        yield service


def tell(url: str, **fields: str) -> None:
    """Post what Twilio signed to the address that it was given."""
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    answer = Client().generic(
        "POST",
        urlsplit(url).path,
        urlencode(fields),
        "application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 200


def test_a_text_whose_answer_was_lost_waits_for_its_receipt_and_ends_right(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    twilio: EspService,
) -> None:
    person("Ann", phone="+15145550140")
    sender = sms_sender(club, "twilio", TWILIO | {"api_url": twilio.url})
    twilio.faults.append(Reply(hang_up=True))
    closure = through(sender, sendout())
    send_now(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "unknown"}
    assert len(twilio.calls) == 1
    callback = twilio.calls[0].form["StatusCallback"]
    assert callback.startswith(address_of(sender))
    tell(callback, MessageSid="SM7", MessageStatus="sent")
    take_in_due()
    assert statuses() == {"Ann": "sent"}
    tell(callback, MessageSid="SM7", MessageStatus="delivered")
    take_in_due()
    assert statuses() == {"Ann": "delivered"}
    assert Delivery.objects.get().provider_ref == "SM7"
    assert len(twilio.calls) == 1


def test_who_texted_stop_to_twilio_goes_to_the_unsubscribes_list(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    twilio: EspService,
) -> None:
    person("Ann", phone="+15145550140")
    person("Ben", phone="+15145550141")
    codes = {"+15145550140": 21610, "+15145550141": 21614}
    twilio.play = lambda call: Reply(
        400, {"code": codes[call.form["To"]], "message": "no", "status": 400}
    )
    sender = sms_sender(club, "twilio", TWILIO | {"api_url": twilio.url})
    closure = through(sender, sendout())
    send_now(closure)
    run_batches(closure)
    assert statuses() == {"Ann": "bounced", "Ben": "bounced"}
    listed = {entry.address: entry.reason for entry in Suppression.objects.all()}
    assert listed == {"+15145550140": Reason.UNSUBSCRIBED, "+15145550141": Reason.BAD_NUMBER}


def test_a_wrong_token_loses_nobody_and_blames_nobody(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    twilio: EspService,
) -> None:
    person("Ann", phone="+15145550140")
    twilio.play = lambda _: Reply(401, {"code": 20003, "message": "Authenticate", "status": 401})
    sender = sms_sender(club, "twilio", TWILIO | {"api_url": twilio.url})
    closure = through(sender, sendout())
    send_now(closure)
    run_batches(closure)
    row = Delivery.objects.get(channel="sms")
    assert row.status in ("queued", "deferred")
    assert not Suppression.objects.exists()
    assert "Authenticate" in row.error_text
    assert len(twilio.calls) == 1


def test_many_texts_leave_at_once(
    club: Organisation,
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    twilio: EspService,
) -> None:
    for number in range(200):
        person(f"P{number}", phone=f"+1514555{number:04}")
    sender = sms_sender(club, "twilio", TWILIO | {"api_url": twilio.url})
    play = twilio.play
    twilio.play = lambda call: Reply(**vars(play(call)) | {"late": 0.1})
    closure = through(sender, sendout())
    send_now(closure)
    begun = time.monotonic()
    run_batches(closure)
    assert set(statuses().values()) == {"sent"}
    assert len(twilio.calls) == 200
    assert time.monotonic() - begun < 10  # one after the other they would take 20 s
