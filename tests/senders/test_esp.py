"""Sending through email services: what they get, what their answers mean, and their bad days."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default
from typing import Any
from urllib.parse import parse_qsl

import pytest

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope, Provider, SenderDown
from sendout.core.providers.registry import build, config_from_url, secrets
from sendout.core.providers.setting import BadConfig
from sendout.senders.esp import calls, provider, reference
from sendout.senders.esp.catalogue import SERVICES
from tests.core.providers.contract import Answers, ProviderContract
from tests.rigs.esp_service import Reply
from tests.senders.esp_worlds import EVERY, PLAYS, RAW, config, leaves, letter, send, world

UNSUBSCRIBE = "<https://club.example/u/" + "a" * 90 + "/>"


class TestPostmark(ProviderContract):
    channel, kind = "email", "esp"
    down = {"esp": "postmark", "server_token": "s3cret", "api_url": "http://127.0.0.1:1/"}

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        with world("postmark") as (_, made):
            yield made


class TestMailgun(ProviderContract):
    channel, kind = "email", "esp"
    down = {"esp": "mailgun", "api_key": "s3cret", "api_url": "http://no-such-host.invalid/"}

    @asynccontextmanager
    async def world(self) -> AsyncIterator[Provider]:
        with world("mailgun") as (_, made):
            yield made


async def outcome_of(name: str, *faults: Reply) -> Outcome | None:
    """Send one letter to a service that has these faults; None when nothing was handed over."""
    with world(name) as (service, made):
        service.faults.extend(faults)
        return (await send(made)).outcomes.get(17)


# what the service gets


@EVERY
async def test_every_service_takes_a_letter(name: str) -> None:
    with world(name) as (service, made):
        answers = await send(made)
        assert isinstance(answers.outcomes[17], Accepted)
        assert len(service.calls) == 1


@EVERY
async def test_nothing_that_we_say_gets_lost(name: str) -> None:
    with world(name) as (service, made):
        await send(made)
        sent = words(service.calls[0].body)
    for said in (
        "Aqua Club, Montréal",
        "office@club.example",
        "Dora Ünal, M.",
        "dora@example.org",
        "desk@club.example",
        "Fermeture de la piscine: désolés, à mardi, et merci de votre patience à tous",
        "List-Unsubscribe=One-Click",
        UNSUBSCRIBE,
        "17:aqua-club:sendout",
        "Fermé mardi.\nÀ bientôt",
        "<p>Fermé <b>mardi</b>.</p>",
        reference.make(17),
    ):
        assert any(said in text for text in sent), said


def words(body: bytes) -> list[str]:
    """Give all texts in a call, whatever its form: JSON, form fields, or a whole message."""
    try:
        found = leaves(json.loads(body))
    except ValueError:
        return [value for _, value in parse_qsl(body.decode(), keep_blank_values=True)]
    if raw := next((text for text in found if text.startswith(RAW)), ""):
        return of_message(b64decode(raw))
    return [str(make_header(decode_header(t))) if t.startswith("=?") else t for t in found]


def of_message(whole: bytes) -> list[str]:
    mail = message_from_bytes(whole, policy=default)
    return [str(value) for value in mail.values()] + [
        part.get_content() for part in mail.walk() if not part.is_multipart()
    ]


async def test_services_that_can_do_not_track_beside_us() -> None:
    said = {
        "postmark": lambda d: (d[0]["TrackOpens"], d[0]["TrackLinks"]) == (False, "None"),
        "sparkpost": lambda d: d["options"] == {"open_tracking": False, "click_tracking": False},
        "mandrill": lambda d: not (d["message"]["track_opens"] or d["message"]["track_clicks"]),
    }
    for name, is_said in said.items():
        with world(name) as (service, made):
            await send(made)
            assert is_said(service.calls[0].data), name


async def test_a_test_message_has_no_reference() -> None:
    with world("postmark") as (service, made):
        await send(made, letter(delivery=0))
        assert "Metadata" not in service.calls[0].data[0]


async def test_a_file_goes_along() -> None:
    mail = message_from_bytes(letter().content, policy=default)
    mail.make_mixed()
    mail.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="été.pdf")
    with world("postmark") as (service, made):
        await send(made, Envelope(17, "", "dora@example.org", bytes(mail)))
        [file] = service.calls[0].data[0]["Attachments"]
    assert (file["Name"], b64decode(file["Content"])) == ("été.pdf", b"%PDF-1")


async def test_plans_without_headers_of_ones_own_are_spared_them() -> None:
    with world("mailersend", own_headers=False) as (service, made):
        await send(made)
        assert "headers" not in service.calls[0].data


@pytest.mark.parametrize(("name", "most"), [("postmark", 500), ("mailjet", 50)])
async def test_several_messages_are_one_call(name: str, most: int) -> None:
    with world(name) as (service, made):
        count = most + 10
        answers = await send(made, *(letter(n, f"r{n}@example.org") for n in range(1, count + 1)))
        assert answers.accepted == list(range(1, count + 1))
        assert len(service.calls) == 2


async def test_families_share_an_address_in_one_call() -> None:
    with world("postmark") as (service, made):
        answers = await send(made, letter(1), letter(2), letter(3))
        references = [each["Metadata"]["sendout"] for each in service.calls[0].data]
    assert answers.accepted == [1, 2, 3]
    assert references == [reference.make(n) for n in (1, 2, 3)]


# what the answers mean


def mailjet_error(field: str, words: str) -> Reply:
    error = {"ErrorCode": "mj-0013", "StatusCode": 400, "ErrorMessage": words}
    line = {"Status": "error", "Errors": [error | {"ErrorRelatedTo": [field]}]}
    return Reply(400, {"Messages": [line]})


def postmark_error(code: int, words: str) -> Reply:
    return Reply(200, [{"ErrorCode": code, "Message": words}])


BAD_RECIPIENTS = {
    "postmark": postmark_error(300, "Invalid 'To' address: 'dora@example'."),
    "mailjet": mailjet_error("To[0].Email", '"dora@" is an invalid email address.'),
    "mailgun": Reply(400, {"message": "to parameter is not a valid address: recipient"}),
    "sendgrid": Reply(
        400,
        {
            "errors": [
                {
                    "message": "Does not contain a valid address.",
                    "field": "personalizations.0.to.0.email",
                }
            ]
        },
    ),
    "brevo": Reply(400, {"code": "invalid_parameter", "message": "email is not valid in to"}),
    "mailersend": Reply(
        422,
        {
            "message": "The to.0.email must be a valid email address.",
            "errors": {"to.0.email": ["The to.0.email must be a valid email address."]},
        },
    ),
    "resend": Reply(422, {"name": "validation_error", "message": "Invalid `to` field."}),
    "mandrill": Reply(200, [{"email": "dora@example.org", "status": "invalid"}]),
}


@pytest.mark.parametrize("name", sorted(BAD_RECIPIENTS))
async def test_an_address_that_is_none_is_the_addresses_fault(name: str) -> None:
    outcome = await outcome_of(name, BAD_RECIPIENTS[name])
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.blame, outcome.code) == (True, Blame.ADDRESS, "5.1.3")


STOPPED = {
    "postmark": postmark_error(406, "You tried to send to a recipient that is marked as inactive."),
    "mandrill": Reply(
        200,
        [{"email": "dora@example.org", "status": "rejected", "_id": "a", "reject_reason": "spam"}],
    ),
    "sparkpost": Reply(
        400,
        {"errors": [{"message": "invalid data", "description": "Recipient suppressed by policy"}]},
    ),
}


@pytest.mark.parametrize("name", sorted(STOPPED))
async def test_whom_the_service_does_not_write_to_is_no_bad_address(name: str) -> None:
    outcome = await outcome_of(name, STOPPED[name])
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.blame) == (True, Blame.RECIPIENT)


OUR_FAULT = {
    "postmark": Reply(401, {"ErrorCode": 10, "Message": "Bad or missing API token."}),
    "mailjet": mailjet_error("From", "is not an authorized sender email address for your account."),
    "mailgun": Reply(401, "Forbidden"),
    "sendgrid": Reply(
        403,
        {"errors": [{"message": "The from address does not match a verified Sender Identity."}]},
    ),
    "brevo": Reply(402, {"code": "not_enough_credits", "message": "Not enough credits."}),
    "mailersend": Reply(
        422, {"message": "The from.email domain must be verified in your account."}
    ),
    "resend": Reply(403, {"name": "validation_error", "message": "The domain is not verified."}),
    "mandrill": Reply(500, {"status": "error", "code": -1, "name": "Invalid_Key"}),
    "sparkpost": Reply(
        400, {"errors": [{"message": "Unconfigured Sending Domain <club.example>"}]}
    ),
    "amazon_ses": Reply(
        400,
        {"message": "Email address is not verified. The following identities failed the check"},
        {"x-amzn-ErrorType": "MessageRejected"},
    ),
}


@pytest.mark.parametrize("name", sorted(OUR_FAULT))
async def test_what_is_wrong_with_us_stops_the_sender_and_blames_nobody(name: str) -> None:
    with world(name) as (service, made):
        service.faults.append(OUR_FAULT[name])
        connection, answers = await made.connect(), Answers()
        await connection.send([letter(1), letter(2)][: 1 if name == "mailjet" else 2], answers)
        assert not any(isinstance(o, Accepted) for o in answers.outcomes.values())
        assert not connection.usable
        with pytest.raises(SenderDown) as down:
            await made.connect()
        await connection.close()
    assert down.value.refusal.blame is Blame.SENDER
    assert not down.value.refusal.permanent
    assert made.service.label in down.value.refusal.text
    assert len(service.calls) == 1


@pytest.mark.parametrize("name", ["postmark", "mailgun", "sendgrid", "brevo"])
async def test_trouble_at_the_service_is_tried_again(name: str) -> None:
    outcome = await outcome_of(name, Reply(500, {"message": "Internal Server Error"}))
    assert outcome == Refused(False, "500", "Internal Server Error", Blame.SENDER)


@pytest.mark.parametrize("name", ["postmark", "mailgun"])
@pytest.mark.parametrize(
    "fault",
    [
        Reply(hang_up=True),
        Reply(late=3),
        Reply(504, "<html>Gateway Timeout</html>"),
        Reply(200, "this is no answer"),
    ],
    ids=["hang-up", "slow", "gateway", "gibberish"],
)
async def test_whether_it_went_out_is_unsure_without_an_answer(name: str, fault: Reply) -> None:
    with world(name, timeout=1.5) as (service, made):
        service.faults.append(fault)
        answers = await send(made)
        await asyncio.sleep(0)
    assert isinstance(answers.outcomes[17], Unsure)


async def test_a_service_that_asks_for_a_moment_gets_it() -> None:
    with world("mailgun") as (service, made):
        service.faults.append(Reply(429, {"message": "Slow down"}, {"Retry-After": "0.2"}))
        begun = time.monotonic()
        answers = await send(made)
        assert answers.accepted == [17]
        assert time.monotonic() - begun >= 0.2
    assert len(service.calls) == 2


async def test_a_service_that_asks_for_long_is_left_alone_so_long() -> None:
    with world("postmark") as (service, made):
        service.faults.append(Reply(429, {"Message": "Slow down"}, {"Retry-After": "120"}))
        assert not (await send(made)).outcomes
        with pytest.raises(SenderDown) as down:
            await made.connect()
        assert down.value.refusal.retry_after == 120
    assert len(service.calls) == 1


async def test_a_service_in_trouble_is_not_asked_for_every_message() -> None:
    with world("mailgun") as (service, made):
        service.faults.extend(Reply(500, "") for _ in range(50))
        answers = await send(made, *(letter(n) for n in range(1, 51)))
        assert len(answers.outcomes) == len(service.calls) == provider.BAD
        with pytest.raises(SenderDown):
            await made.connect()


async def test_a_call_that_is_cancelled_leaves_its_messages_unsure_and_the_rest_alone() -> None:
    with world("mailgun") as (service, made):
        service.faults.append(Reply(late=0.5))
        connection, answers = await made.connect(), Answers()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await connection.send([letter(1), letter(2)], answers)
        assert isinstance(answers.outcomes[1], Unsure)
        assert list(answers.outcomes) == [1]
        assert not connection.usable
        await connection.close()


async def test_a_connection_that_the_service_closed_meanwhile_costs_nothing() -> None:
    with world("mailgun") as (service, made):
        connection, answers = await made.connect(), Answers()
        service.faults.append(
            Reply(200, PLAYS["mailgun"](None).body, {"Connection": "close"})  # type: ignore[arg-type]
        )
        for number in (1, 2, 3):
            await connection.send([letter(number)], answers)
        await connection.close()
    assert answers.accepted == [1, 2, 3]


async def test_what_cannot_be_sent_by_a_service_fails_alone() -> None:
    odd = letter(2).content.replace(b"Feedback-ID: 17", "Feedback-ID: é".encode())
    with world("brevo") as (_, made):
        answers = await send(made, letter(1), Envelope(2, "", "x@example.org", odd), letter(3))
    assert answers.accepted == [1, 3]
    refused = answers.outcomes[2]
    assert isinstance(refused, Refused)
    assert (refused.permanent, refused.blame) == (True, Blame.MESSAGE)


async def test_a_line_of_no_known_form_says_nothing_of_the_others() -> None:
    lines = [{"ErrorCode": 0, "MessageID": "a"}, {"ErrorCode": 0}, "what?"]
    with world("postmark") as (service, made):
        service.faults.append(Reply(body=lines))
        answers = await send(made, *(letter(n, f"r{n}@example.org") for n in (1, 2, 3)))
    assert [type(answers.outcomes[n]) for n in (1, 2, 3)] == [Accepted, Unsure, Unsure]


# settings


def test_a_url_names_service_and_settings() -> None:
    url = "postmark:?server_token=s3cret&message_stream=broadcast"
    assert config_from_url("email", "esp", url) == {
        "esp": "postmark",
        "server_token": "s3cret",
        "message_stream": "broadcast",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "esp is missing"),
        ({"esp": "pigeon", "api_key": "x"}, "esp is one of amazon_ses, brevo"),
        ({"esp": "postmark"}, "server_token is missing: server API token"),
        ({"esp": "postmark", "api_key": "x"}, 'there is no setting "api_key" here'),
        (config("mailgun", region="mars"), "region is one of us, eu"),
        (config("mailgun", api_url="ftp://x/"), "api_url is an address"),
        (config("mailgun", timeout=0), "timeout is a number of seconds above 0"),
    ],
)
def test_what_does_not_fit_is_said(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadConfig, match=sentence):
        build("email", "esp", given)


def test_keys_are_secret() -> None:
    hidden = secrets("email", "esp")
    for service in SERVICES.values():
        assert service.key in hidden
        assert not service.signing or service.signing in hidden


def test_a_region_has_an_address_of_its_own() -> None:
    asked = {"timeout": 1.0, "region": "eu", "esp": "mailgun"}
    assert calls.api_url(asked) == "https://api.eu.mailgun.net/v3/"


def test_without_boto3_amazon_ses_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anymail.backends.amazon_ses", None)
    with pytest.raises(BadConfig, match="pip install boto3"):
        build("email", "esp", config("amazon_ses"))
