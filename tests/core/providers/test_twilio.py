"""Twilio: its API by its own OpenAPI document, its signature by its own library, its codes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sendout.core.bounces.codes import STOPPED, plain_words
from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.callback import Call, Forged, WayBack
from sendout.core.providers.heard import Incoming, Receipt
from sendout.core.providers.http_connection import NotNow, Response
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.twilio import ERRORS, TwilioProvider, signature
from tests.core.providers.contract import send_all
from tests.core.providers.sms_contract import HOOK, KEYS, NOW, TEXT, Got, Reply, SmsContract
from tests.rigs.prism import Prism

ACCOUNT, TOKEN = "AC" + "a1" * 16, "the token of the account"
CONFIG: dict[str, str | int | bool | float] = {"account_sid": ACCOUNT, "auth_token": TOKEN}


def error(status: int, code: int, **headers: str) -> Reply:
    told = {"code": code, "message": "said so", "more_info": "https://...", "status": status}
    return Reply(status, told, headers)


def signed(fields: dict[str, str], name: str = "") -> Call:
    url = f"{HOOK}{name}/" if name else HOOK
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, fields),
    }
    return Call("POST", url, name, headers, urlencode(fields).encode())


WORDS = {"sent": "sent", "delivered": "delivered", "bounced": "undelivered"}


class TestContract(SmsContract):
    kind = "twilio"
    url = f"twilio:?account_sid={ACCOUNT}&auth_token=the+token+of+the+account"
    down = CONFIG | {"api_url": "http://127.0.0.1:9"}  # type: ignore[assignment]
    busy = error(429, 20429, **{"Retry-After": "1"})
    locked_out = error(401, 20003)
    bad_number = error(400, 21614)

    def taken(self, got: Got) -> Reply:
        return Reply(201, {"sid": "SM" + got.form["To"][1:].zfill(32), "status": "queued"})

    def said(self, got: Got) -> dict[str, str]:
        form = dict(parse_qsl(got.body.decode()))
        return {"to": form["To"], "from": form["From"], "text": form["Body"]} | {
            "callback": form["StatusCallback"]
        }

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        fields = {
            "MessageSid": ref, "SmsSid": ref, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01",
            "From": "+15145550100", "To": "+15145550001",
            "MessageStatus": WORDS[word], "SmsStatus": WORDS[word],
        }  # fmt: skip
        if word == "bounced":
            fields["ErrorCode"] = "30005"
        return signed(fields, name)

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        return signed(
            {
                "MessageSid": ref, "SmsSid": ref, "SmsMessageSid": ref, "AccountSid": ACCOUNT,
                "From": phone, "To": "+15145550100", "Body": text, "NumMedia": "0",
                "NumSegments": "2", "SmsStatus": "received", "FromCountry": "CA",
            }
        )  # fmt: skip


def provider(**more: str) -> TwilioProvider:
    made = TwilioProvider.from_config(CONFIG | more)
    made.way_back = WayBack(HOOK, KEYS)
    return made


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    with Prism(tmp_path_factory.mktemp("prism")) as prism:
        yield prism


@pytest.mark.parametrize("service", ["", "MG" + "0f" * 16], ids=["from", "service"])
@pytest.mark.parametrize("key", ["", "SK" + "c3" * 16], ids=["token", "key"])
def test_requests_keep_to_twilios_openapi_document(prism: Prism, service: str, key: str) -> None:
    async def go() -> list[object]:
        more = {"api_key": key, "api_secret": "s"} if key else {}
        made = provider(api_url=prism.url, messaging_service_sid=service, **more)
        answers = await send_all(await made.connect(), TestContract().texts(3))
        return list(answers.outcomes.values())

    outcomes = asyncio.run(go())
    assert len(outcomes) == 3, prism.said
    assert all(isinstance(each, Accepted) and each.ref.startswith("SM") for each in outcomes)


def test_the_document_would_refuse_what_is_wrong(prism: Prism) -> None:
    async def go() -> None:
        made = provider(api_url=prism.url)
        made._url = made._url.replace(ACCOUNT, "nobody")
        answers = await send_all(await made.connect(), TestContract().texts(1))
        assert not answers.accepted

    asyncio.run(go())


def test_no_callback_is_asked_for_that_cannot_come() -> None:
    made = provider()
    made.way_back = WayBack("http://127.0.0.1:8000/hooks/sms/7/x/", KEYS)
    request = made.request(TestContract().texts(1)[0])
    assert "StatusCallback" not in dict(parse_qsl(request.body.decode()))


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
hosts = st.sampled_from(["sendout.example", "sendout.example:8443", "127.0.0.1:8000"])


@given(st.dictionaries(names, names, max_size=8), hosts, st.booleans(), st.booleans())
def test_a_signature_is_what_twilios_own_library_makes(
    fields: dict[str, str], host: str, secure: bool, spoiled: bool
) -> None:
    url = f"http{'s' if secure else ''}://{host}/hooks/sms/7/secret/name/"
    assert signature(TOKEN, url, fields.items()) == RequestValidator(TOKEN).compute_signature(
        url, fields
    )
    told = urlencode(fields) + ("&a=b" if spoiled else "")
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signature(TOKEN, url, fields.items()),
    }
    call = Call("POST", url, "", headers, told.encode())
    right = RequestValidator(TOKEN).validate(
        url, dict(parse_qsl(told, keep_blank_values=True)), headers["x-twilio-signature"]
    )
    try:
        provider().verify(call, NOW)
    except Forged:
        assert not right
    else:
        assert right


def test_a_token_of_another_account_proves_nothing() -> None:
    call = TestContract().receipt("delivered")
    with pytest.raises(Forged):
        TwilioProvider.from_config(CONFIG | {"auth_token": "another"}).verify(call, NOW)


def receipt(**fields: str) -> Receipt:
    [told] = provider().hear(signed({"MessageSid": "SM1", **fields}))
    assert isinstance(told, Receipt)
    return told


@pytest.mark.parametrize(
    ("code", "blamed", "words"),
    [
        ("21610", Blame.RECIPIENT, "STOP"),
        ("30003", Blame.RECIPIENT, "switched off"),
        ("30004", Blame.RECIPIENT, "takes no texts from us"),
        ("30005", Blame.ADDRESS, "does not exist"),
        ("30006", Blame.ADDRESS, "does not exist"),
        ("30007", Blame.MESSAGE, "spam"),
        ("30008", Blame.RECIPIENT, "refused"),
        ("30034", Blame.SENDER, "registered"),
        ("21408", Blame.MESSAGE, "country"),
        ("99999", Blame.RECIPIENT, "refused"),
        ("", Blame.RECIPIENT, "refused"),
        ("٣", Blame.RECIPIENT, "refused"),
        ("²", Blame.RECIPIENT, "refused"),
    ],
)
def test_codes_of_receipts_say_whose_fault_it_is(code: str, blamed: Blame, words: str) -> None:
    told = receipt(MessageStatus="undelivered", ErrorCode=code)
    assert (told.kind, told.blame) == ("bounced", blamed)
    assert words in plain_words(told.code, told.text)


@pytest.mark.parametrize("status", ["queued", "accepted", "sending", "sent", "scheduled"])
def test_what_is_under_way_is_no_end(status: str) -> None:
    assert receipt(MessageStatus=status).kind == "sent"


def answer(status: int, code: int, retry_after: str = "") -> object:
    headers = {"Retry-After": retry_after} if retry_after else {}
    body = f'{{"code": {code}, "message": "said so", "status": {status}}}'.encode()
    return provider().read(TestContract().texts(1)[0], Response(status, headers, body))


@pytest.mark.parametrize("code", [21211, 21614, 21635, 21217])
def test_numbers_that_take_no_texts_are_bad(code: int) -> None:
    refused = answer(400, code)
    assert isinstance(refused, Refused)
    assert (refused.permanent, refused.blame) == (True, Blame.ADDRESS)
    assert str(code) in refused.text


def test_who_texted_stop_is_told_apart() -> None:
    refused = answer(400, 21610)
    assert isinstance(refused, Refused)
    assert (refused.permanent, refused.code, refused.blame) == (True, STOPPED, Blame.RECIPIENT)


@pytest.mark.parametrize("code", [20003, 20404, 21606, 21659, 30002])
def test_what_is_wrong_with_the_account_refuses_nobodys_message(code: int) -> None:
    assert isinstance(answer(400, code), NotNow)


def test_a_queue_that_is_full_asks_for_time() -> None:
    told = answer(429, 21611, "3")
    assert isinstance(told, NotNow)
    assert told.wait == 3


def test_a_code_that_is_not_in_the_table_is_tried_again() -> None:
    refused = answer(400, 21999)
    assert isinstance(refused, Refused)
    assert (refused.permanent, refused.blame) == (False, Blame.RECIPIENT)


def test_an_error_within_twilio_took_nothing() -> None:
    assert isinstance(answer(500, 20500), NotNow)
    assert isinstance(
        provider().read(TestContract().texts(1)[0], Response(500, {}, b"oops")), Unsure
    )


def test_every_code_of_the_table_has_a_sentence_for_the_staff() -> None:
    for meaning in ERRORS.values():
        assert plain_words(meaning.code, "")


def test_a_picture_is_said_to_have_come() -> None:
    [told] = provider().hear(signed({"MessageSid": "MM1", "From": "+15145550142", "NumMedia": "2"}))
    assert isinstance(told, Incoming)
    assert told.text == "[2 file(s)]"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"account_sid": "office"}, "account_sid is AC and 32 digits"),
        ({"messaging_service_sid": "MG1"}, "messaging_service_sid is MG"),
        ({"api_key": "SK" + "0" * 32}, "api_secret and api_key belong together"),
        ({"timeout": "0"}, "timeout"),
        ({"auth_token": ""}, "auth_token is missing"),
    ],
)
def test_settings_that_cannot_be(more: dict[str, str], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        TwilioProvider.from_config(CONFIG | more)


def test_the_page_about_texts_names_every_setting() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sms.md").read_text()
    for setting in TwilioProvider.settings:
        assert f"`{setting.name}`" in page


assert TEXT
