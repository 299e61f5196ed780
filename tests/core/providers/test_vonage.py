"""Vonage: its messages and its signatures by its own libraries, its codes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vonage_jwt.errors import VonageVerifyJwtError
from vonage_jwt.verify_jwt import verify_signature
from vonage_messages.models import Sms

from sendout.core.bounces.codes import plain_words
from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers.callback import Call, Forged, WayBack
from sendout.core.providers.heard import Incoming, Receipt
from sendout.core.providers.http_connection import NotNow, Response
from sendout.core.providers.vonage import ERRORS, VonageProvider, read_jwt
from tests.core.providers.sms_contract import HOOK, KEYS, NOW, TEXT, Got, Reply, SmsContract

SECRET = "a secret of at least thirty-two bytes"
CONFIG: dict[str, str | int | bool | float] = {
    "api_key": "abcd1234",
    "api_secret": "swim&skate",
    "signature_secret": SECRET,
}
TYPES = "https://developer.vonage.com/api-errors"


def problem(status: int, type_: str, **headers: str) -> Reply:
    told = {"type": TYPES + type_, "title": "said so", "detail": "because", "instance": "bf0ca0bf"}
    return Reply(status, told, headers)


def signed(told: dict[str, Any], name: str = "", secret: str = SECRET, **claims: Any) -> Call:
    body = json.dumps(told).encode()
    said = {
        "iat": int(NOW.timestamp()),
        "jti": "c5ba8f24",
        "iss": "Vonage",
        "payload_hash": sha256(body).hexdigest(),
        "api_key": "abcd1234",
    }
    token = jwt.encode(said | claims, secret, algorithm="HS256")
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return Call("POST", f"{HOOK}{name}/" if name else HOOK, name, headers, body)


WORDS = {"sent": "submitted", "delivered": "delivered", "bounced": "undeliverable"}


class TestContract(SmsContract):
    kind = "vonage"
    url = (
        "vonage:?api_key=abcd1234&api_secret=swim%26skate"
        "&signature_secret=a+secret+of+at+least+thirty-two+bytes"
    )
    down = CONFIG | {"api_url": "http://127.0.0.1:9"}  # type: ignore[assignment]
    busy = problem(429, "#throttled", **{"Retry-After": "1"})
    locked_out = problem(401, "#unauthorized")
    bad_number = problem(422, "/messages#1170")

    def taken(self, got: Got) -> Reply:
        return Reply(202, {"message_uuid": f"aaaaaaaa-{got.data['to']}"})

    def said(self, got: Got) -> dict[str, str]:
        return got.data | {"callback": got.data["webhook_url"]}

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        told: dict[str, Any] = {
            "message_uuid": ref, "to": "15145550001", "from": "15145550100", "channel": "sms",
            "timestamp": "2026-11-25T11:59:00Z", "status": WORDS[word], "client_ref": name,
            "usage": {"currency": "EUR", "price": "0.0333"}, "sms": {"count_total": "2"},
        }  # fmt: skip
        if word == "bounced":
            detail = "Absent Subscriber Permanent"
            told["error"] = {"type": f"{TYPES}/messages#1190", "title": 1190, "detail": detail}
        return signed(told)

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        return signed(
            {
                "channel": "sms", "message_uuid": ref, "to": "15145550100",
                "from": phone.removeprefix("+"), "timestamp": "2026-11-25T11:59:00Z",
                "message_type": "text", "text": text, "sms": {"num_messages": "2"},
            }
        )  # fmt: skip


def provider(**more: str) -> VonageProvider:
    made = VonageProvider.from_config(CONFIG | more)
    made.way_back = WayBack(HOOK, KEYS)
    return made


@pytest.mark.parametrize("sender", ["+15145550100", "Aqua Club"])
def test_a_message_is_what_vonages_own_library_makes(sender: str) -> None:
    envelope = replace(TestContract().texts(1)[0], mail_from=sender)
    told = json.loads(provider().request(envelope).body)
    made = Sms(
        to="15145550001",
        from_=sender.removeprefix("+"),
        text=TEXT,
        client_ref=told["client_ref"],
        webhook_url=told["webhook_url"],
        webhook_version="v1",
    )
    assert told == made.model_dump(by_alias=True, exclude_none=True, mode="json")
    assert len(told["client_ref"]) <= 100


claims = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=4)


@given(claims, st.booleans(), st.sampled_from(["HS256", "HS512", "none"]))
def test_a_token_is_right_when_vonages_own_library_says_so(
    told: dict[str, Any], ours: bool, algorithm: str
) -> None:
    told = {key: value for key, value in told.items() if key not in ("exp", "nbf", "iat", "aud")}
    key = (SECRET if ours else SECRET[::-1]) * 2
    token = jwt.encode(told, key if algorithm != "none" else "", algorithm=algorithm)
    try:
        right = verify_signature(token, SECRET * 2)
    except VonageVerifyJwtError:
        right = False
    assert right == (ours and algorithm == "HS256")
    if right:
        assert read_jwt(token, SECRET * 2) == told
    else:
        with pytest.raises(Forged):
            read_jwt(token, SECRET * 2)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(Forged):
        read_jwt(text, SECRET)


@pytest.mark.parametrize("age", [timedelta(days=2), timedelta(days=-2)])
def test_what_was_signed_long_ago_is_refused(age: timedelta) -> None:
    call = signed({"message_uuid": "a"}, iat=int((NOW - age).timestamp()))
    with pytest.raises(Forged, match="too long ago"):
        provider().verify(call, NOW)


def test_without_its_secret_the_address_alone_is_asked() -> None:
    call = TestContract().receipt("delivered")
    provider(signature_secret="").verify(replace(call, headers={}), NOW)


def test_a_receipt_comes_with_its_time() -> None:
    [told] = provider().hear(TestContract().receipt("delivered"))
    assert isinstance(told, Receipt)
    assert told.at == NOW - timedelta(minutes=1)


def test_a_number_gets_its_plus_back_and_a_name_does_not() -> None:
    for sent, read in (("15145550142", "+15145550142"), ("40404", "40404"), ("Bank", "Bank")):
        [told] = provider().hear(TestContract().text(sent, "Hi"))
        assert isinstance(told, Incoming)
        assert told.phone == read


def test_what_is_told_of_other_channels_is_no_news() -> None:
    told = {"message_uuid": "a", "status": "read", "channel": "whatsapp"}
    assert provider().hear(signed(told)) == []


@pytest.mark.parametrize(
    ("code", "blamed"),
    [
        (1170, Blame.ADDRESS),
        (1180, Blame.RECIPIENT),
        (1190, Blame.ADDRESS),
        (1210, Blame.MESSAGE),
        (1120, Blame.SENDER),
        (1330, Blame.RECIPIENT),
    ],
)
def test_codes_say_whose_fault_it_is(code: int, blamed: Blame) -> None:
    error = {"type": f"{TYPES}/messages#{code}", "title": code, "detail": "said so"}
    told = {"message_uuid": "a", "status": "rejected", "error": error}
    [receipt] = provider().hear(signed(told))
    assert isinstance(receipt, Receipt)
    assert (receipt.kind, receipt.blame) == ("bounced", blamed)
    assert plain_words(receipt.code, receipt.text)


@pytest.mark.parametrize("type_", ["#low-balance", "#account-suspended", "/messages#1070"])
def test_what_is_wrong_with_the_account_refuses_nobodys_message(type_: str) -> None:
    told = json.dumps(problem(402, type_).body).encode()
    answer = provider().read(TestContract().texts(1)[0], Response(402, {}, told))
    assert isinstance(answer, NotNow)


def test_a_code_that_is_not_in_the_table_is_tried_again() -> None:
    told = json.dumps(problem(422, "#1021").body).encode()
    answer = provider().read(TestContract().texts(1)[0], Response(422, {}, told))
    assert isinstance(answer, Refused)
    assert (answer.permanent, answer.blame) == (False, Blame.RECIPIENT)


def test_every_code_of_the_table_has_a_sentence_for_the_staff() -> None:
    for meaning in ERRORS.values():
        assert plain_words(meaning.code, "")
