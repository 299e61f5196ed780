"""Gateways that are described: those that ship, and one of one's own, on servers that play them."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.callback import Call, Forged, WayBack
from sendout.core.providers.heard import Incoming, Receipt
from sendout.core.providers.http_gateway import HttpGateway
from sendout.core.providers.http_slots import fill_url
from sendout.core.providers.setting import BadConfig
from tests.core.providers.contract import Answers, send_all
from tests.core.providers.sms_contract import HOOK, KEYS, NOW, TEXT, Got, Reply, SmsContract
from tests.rigs.esp_service import EspService
from tests.rigs.wiremock import WireMock

SIGNING = "a key of the phone"


class TestKannel(SmsContract):
    kind = "http"
    url = "kannel:?username=sendout&password=swim%26skate"
    down = {"gateway": "kannel", "api_url": "http://127.0.0.1:9"}  # type: ignore[assignment]
    signs = False
    busy = Reply(503, "Temporal failure, try again later.", {"Retry-After": "1"})
    locked_out = Reply(403, "Authorization failed for sendsms")

    def at(self, service: EspService) -> str:
        return service.url + "cgi-bin/sendsms"

    def taken(self, got: Got) -> Reply:
        return Reply(202, "0: Accepted for delivery")

    def said(self, got: Got) -> dict[str, str]:
        told = dict(parse_qsl(urlsplit(got.path).query))
        assert told["password"] == "swim&skate"
        assert told["coding"] == "2"
        return told | {"callback": told["dlr-url"]}

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        status = {"sent": "8", "delivered": "1", "bounced": "2"}[word]
        fields = {"status": status, "ref": ref, "answer": "", "at": "1795607940"}
        return Call("GET", f"{HOOK}{name}/?{urlencode(fields)}", name)

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        fields = {"from": phone, "to": "15145550100", "text": text, "charset": "UTF-8", "id": ref}
        return Call("GET", f"{HOOK}?{urlencode(fields)}")


class TestAndroid(SmsContract):
    kind = "http"
    url = f"android:?username=phone&password=secret&signing_key={quote(SIGNING)}"
    down = {"gateway": "android", "api_url": "http://127.0.0.1:9"}  # type: ignore[assignment]
    busy = Reply(429, {"message": "too many"}, {"Retry-After": "1"})
    locked_out = Reply(401, {"message": "Unauthorized"})
    bad_number = Reply(400, {"message": "failed to enqueue: invalid phone number in row 1"})

    def taken(self, got: Got) -> Reply:
        assert got.headers["Authorization"] == "Basic cGhvbmU6c2VjcmV0"
        return Reply(202, {"id": got.data["id"], "state": "Pending", "recipients": []})

    def said(self, got: Got) -> dict[str, str]:
        told = got.data
        assert WayBack(HOOK, KEYS).delivery(told["id"]) == 1
        assert len(told["id"]) <= 36
        assert told["withDeliveryReport"] is True
        [to] = told["phoneNumbers"]
        return {"to": to, "text": told["textMessage"]["text"], "from": "15145550100"}

    def _signed(self, event: str, payload: dict[str, Any], id_: str) -> Call:
        told = {"id": id_, "webhookId": "w", "event": event, "deviceId": "d", "payload": payload}
        body, stamp = json.dumps(told).encode(), str(int(NOW.timestamp()))
        mac = hmac.digest(SIGNING.encode(), body + stamp.encode(), "sha256").hex()
        headers = {"content-type": "application/json; charset=UTF-8"}
        headers |= {"x-signature": mac, "x-timestamp": stamp}
        return Call("POST", HOOK, "", headers, body)

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        event = {"sent": "sms:sent", "delivered": "sms:delivered", "bounced": "sms:failed"}[word]
        payload = {
            "messageId": name or ref, "sender": None, "recipient": "+15145550001",
            "phoneNumber": "+15145550001", "simNumber": 1, "reason": "RESULT_ERROR_NO_SERVICE",
            "deliveredAt": "2026-11-25T12:59:00.000+01:00",
        }  # fmt: skip
        return self._signed(event, payload, "ev-1")

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        payload = {
            "messageId": "57e5a2c9", "sender": phone, "recipient": None, "phoneNumber": phone,
            "simNumber": 1, "message": text, "receivedAt": "2026-11-25T12:59:00.000+01:00",
        }  # fmt: skip
        return self._signed("sms:received", payload, ref)

    def test_a_message_that_the_phone_has_already_is_taken(self, service: EspService) -> None:
        service.faults.append(Reply(409, {"message": "message with same id exists"}))
        assert self.run(service).accepted == [1]

    def test_what_was_signed_long_ago_is_refused(self) -> None:
        with self.hearer() as provider, pytest.raises(Forged, match="too long ago"):
            provider.verify(self.text("+15145550142", "Hi"), NOW + timedelta(hours=1))

    def test_a_heartbeat_is_no_news(self) -> None:
        assert self.heard(self._signed("system:ping", {"health": {}}, "ev-9")) == []


OWN = {
    "gateway": "other",
    "label": "Aqua Telecom",
    "method": "POST",
    "sends": "form",
    "fields": '{"rcpt": "{to_digits}", "src": "{from_digits}", "msg": "{text}", '
    '"dlr": "{callback}"}',
    "headers": '{"X-Key": "{secret}"}',
    "secret": "k3y",
    "taken": "200",
    "taken_words": "^OK",
    "reference": r"^OK (\w+)",
    "number_words": "ERR 12",
    "busy_words": "ERR 7",
    "login_words": "ERR 1$",
    "receipt_reference": "msgid",
    "receipt_status": "state",
    "delivered": "DELIVRD 0",
    "failed": "UNDELIV 1",
    "passed": "ENROUTE",
    "bad_number": "404",
    "receipt_code": "err",
    "reply_from": "msisdn",
    "reply_to": "short",
    "reply_text": "msg",
    "reply_id": "moid",
}


class TestOther(SmsContract):
    kind = "http"
    url = "other:?api_url=http://127.0.0.1:9/&" + urlencode(
        {name: value for name, value in OWN.items() if name != "gateway"}
    )
    down = OWN | {"api_url": "http://127.0.0.1:9"}  # type: ignore[assignment]
    signs = False
    busy = Reply(200, "ERR 7", {"Retry-After": "1"})
    locked_out = Reply(200, "ERR 1")
    bad_number = Reply(200, "ERR 12 no such subscriber")

    def taken(self, got: Got) -> Reply:
        assert got.headers["X-Key"] == "k3y"
        return Reply(200, f"OK id{got.form['rcpt']}")

    def said(self, got: Got) -> dict[str, str]:
        form = dict(parse_qsl(got.body.decode()))
        return {"to": form["rcpt"], "from": form["src"], "text": form["msg"]} | {
            "callback": form["dlr"]
        }

    def receipt(self, word: str, ref: str = "ref-1", name: str = "") -> Call:
        state = {"sent": "ENROUTE", "delivered": "DELIVRD", "bounced": "UNDELIV"}[word]
        body = urlencode({"msgid": ref, "state": state, "err": "404"}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Call("POST", f"{HOOK}{name}/" if name else HOOK, name, headers, body)

    def text(self, phone: str, text: str, ref: str = "in-1") -> Call:
        fields = {"msisdn": phone, "short": "40404", "msg": text, "moid": ref}
        return Call("GET", f"{HOOK}?{urlencode(fields)}")

    def test_a_code_can_blame_the_number(self) -> None:
        [told] = self.heard(self.receipt("bounced"))
        assert isinstance(told, Receipt)
        assert (told.blame, told.ref, told.delivery) == (Blame.ADDRESS, "ref-1", None)


def other(**more: Any) -> HttpGateway:
    made = HttpGateway.from_config(OWN | {"api_url": "http://127.0.0.1:9/"} | more)
    made.way_back = WayBack(HOOK, KEYS)
    return made


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"fields": "to={to}"}, "fields is a JSON object"),
        ({"fields": '{"to": "{to}"}'}, r"fields must have the slots \{to\}"),
        ({"fields": '{"to": "{to}", "text": "{txet}"}'}, r"fields has a slot \{txet\}; there are"),
        ({"headers": '{"X": "{text}"}'}, r"headers has a slot \{text\}"),
        ({"taken": "ok"}, "taken is one or more HTTP statuses"),
        ({"taken_words": "("}, "taken_words is no regular expression"),
        ({"reference": "(a)(b)"}, "reference is a path"),
        ({"method": "GET"}, "method is POST where sends is form"),
        ({"api_url": "http://{to}.example.org/"}, "api_url"),
        ({"api_url": "https://{to}.example.org/"}, "api_url has slots behind"),
        ({"gateway": "pigeon"}, "gateway is one of kannel, android, other"),
        ({"timeout": "-1"}, "timeout"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_description_that_cannot_be_followed_is_said(more: dict[str, str], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        other(**more)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_no_text_can_leave_its_field(text: str) -> None:
    envelope = replace(TestOther().texts(1)[0], content=text.encode())
    form = other().request(envelope)
    assert dict(parse_qsl(form.body.decode(), keep_blank_values=True))["msg"] == text
    nested = '{"a": {"to": "{to}"}, "b": [{"text": "{text}"}], "n": 1}'
    told = json.loads(other(sends="json", fields=nested).request(envelope).body)
    assert told == {"a": {"to": "+15145550001"}, "b": [{"text": text}], "n": 1}
    url = other(sends="query", method="GET", fields='{"to": "{to}", "text": "{text}"}')
    query = urlsplit(url.request(envelope).url).query
    assert dict(parse_qsl(query, keep_blank_values=True)) == {"to": "+15145550001", "text": text}
    assert "/" not in fill_url("{text}", {"text": text})


def test_a_path_in_json_leads_to_the_reference() -> None:
    made = other(reference="messages.0.id", taken_words="", sends="json", fields=OWN["fields"])
    with EspService(lambda _: Reply(200, {"messages": [{"id": 17}]})) as service:
        made = other(api_url=service.url, reference="messages.0.id", taken_words="", sends="json")
        answers = asyncio.run(_send(made))
    [outcome] = answers.outcomes.values()
    assert outcome == Accepted("17")


async def _send(made: HttpGateway, count: int = 1) -> Answers:
    return await send_all(await made.connect(), TestOther().texts(count))


def test_a_redirect_is_not_followed_with_our_secret() -> None:
    with EspService(lambda _: Reply(302, "", {"Location": "/elsewhere"})) as service:
        assert not asyncio.run(_send(other(api_url=service.url))).outcomes
        assert len(service.calls) == 1


def test_a_text_in_another_encoding_is_read() -> None:
    made = HttpGateway.from_config({"gateway": "kannel"})
    text = quote("Ça va ✓".encode("utf-16-be"))
    url = f"{HOOK}?from=15145550142&to=1&text={text}&charset=UTF-16BE&id=1"
    [told] = made.hear(Call("GET", url))
    assert isinstance(told, Incoming)
    assert told.text == "Ça va ✓"


def test_a_gateway_without_ids_may_tell_the_same_twice() -> None:
    made = other(reply_id="", reply_at="when")
    call = Call("GET", f"{HOOK}?msisdn=15145550142&msg=yes&when=1795607940")
    assert made.hear(call) == made.hear(call)
    timeless = Call("GET", f"{HOOK}?msisdn=15145550142&msg=yes")
    assert made.hear(timeless) != made.hear(timeless)


def test_the_page_about_texts_names_every_setting() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sms.md").read_text()
    for setting in HttpGateway.settings:
        assert f"`{setting.name}`" in page


# on WireMock, with its faults


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[WireMock]:
    with WireMock(tmp_path) as service:
        yield service


def test_faults_of_a_real_server(wire: WireMock) -> None:
    for fault in ("CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK"):
        wire.play(status=200, fault=fault)
        before = len(wire.got)
        [outcome] = asyncio.run(_send(other(api_url=wire.url, timeout=2))).outcomes.values()
        assert isinstance(outcome, Unsure)
        assert len(wire.got) == before + 1
    wire.play(status=200, body="OK 1", fixedDelayMilliseconds=3000)
    [outcome] = asyncio.run(_send(other(api_url=wire.url, timeout=1.5))).outcomes.values()
    assert isinstance(outcome, Unsure)
    wire.play(status=400, body="ERR 12")
    [outcome] = asyncio.run(_send(other(api_url=wire.url))).outcomes.values()
    assert isinstance(outcome, Refused)


def test_a_real_server_that_throttles_is_obeyed(wire: WireMock) -> None:
    wire.play(status=200, body="OK {{randomValue length=9 type='ALPHANUMERIC'}}")
    wire.play(status=429, headers={"Retry-After": "1"}, times=("Started", "calm"))
    answers = asyncio.run(_send(other(api_url=wire.url), 20))
    assert len(answers.accepted) == 20
    assert 21 <= len(wire.got) <= 28  # of those under way at once, several may have been throttled
    texts = [dict(parse_qsl(each["body"]))["msg"] for each in wire.got]
    assert set(texts) == {TEXT}
