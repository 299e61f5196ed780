"""SMS through any gateway that is asked by HTTP: those of `gateways.toml`, or one of one's own."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar, Self
from urllib.parse import urlencode, urlsplit

from sendout.core.delivery.outcome import Accepted, Unsure
from sendout.core.message.sms import measure
from sendout.core.providers import sms_meanings as m
from sendout.core.providers.base import Config, Envelope
from sendout.core.providers.callback import FORM, Call, Forged, Malformed, WayBack, time_of
from sendout.core.providers.heard import Heard, Incoming, Receipt
from sendout.core.providers.http_connection import (
    Answer,
    HttpConnection,
    HttpWay,
    NotNow,
    Request,
    Response,
)
from sendout.core.providers.http_description import Description, presets
from sendout.core.providers.http_settings import CHOICE, OTHER, SETTINGS
from sendout.core.providers.http_slots import at, fill, fill_url
from sendout.core.providers.near import check_url
from sendout.core.providers.setting import BadConfig, Setting, Value, read_all, read_url
from sendout.core.providers.sms_meanings import Meaning

FRESH = 900.0  # seconds that a signed time may be off: phones sign anew each time they try
LONGEST_TEXT = 300  # characters of an answer that are kept
SOON = 1.0  # seconds to wait where it says that it is busy and not for how long

# What an answer means by its HTTP status alone (RFC 9110 section 15).
BY_STATUS: Mapping[int, Meaning] = {
    401: m.LOGIN,
    403: m.LOGIN,
    404: m.ACCOUNT,
    405: m.ACCOUNT,
    429: m.BUSY,
    503: m.OUTAGE,
}


class HttpGateway:
    """SMS through a gateway that is described."""

    channel: ClassVar[str] = "sms"
    kind: ClassVar[str] = "http"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS
    methods: ClassVar[frozenset[str]] = frozenset({"GET", "POST"})
    thanks: ClassVar[tuple[str, str]] = ("text/plain", "")  # Kannel would text it to the phone

    def __init__(self, values: Mapping[str, Value], description: Description) -> None:
        self._values = {name: str(value) for name, value in values.items()}
        self._told = description
        self.label, self.place = description.label, description.place
        self.signing = "signing_key" if description.signature_header else ""
        self.way_back = WayBack()
        api, ca = self._values["api_url"], self._values["ca_file"]
        self._way = HttpWay(self, self.label, api, float(values["timeout"]), ca)

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        values = read_all(SETTINGS, config)
        chosen = str(values[CHOICE])
        description = Description.read(values) if chosen == OTHER else presets()[chosen]
        host = urlsplit(check_url("api_url", str(values["api_url"]))).netloc
        if "{" in host:
            raise BadConfig("api_url has slots behind the server's name only.")
        if not float(values["timeout"]) > 0:
            raise BadConfig("timeout is a number of seconds above 0.")
        return cls(values, description)

    @staticmethod
    def ids_in(ref: str) -> list[str]:
        """Give the id by which receipts may name a message with this reference."""
        return [ref]

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read kannel:?api_url=...&username=...; "other" with all of its settings. BadConfig."""
        return read_url(url, {name: {CHOICE: name} for name in (*presets(), OTHER)})

    async def connect(self) -> HttpConnection:
        """Reach the gateway. Raises SenderDown."""
        return await self._way.connect()

    # what we ask

    def request(self, envelope: Envelope) -> Request:
        """Make the request of one message. Raises ValueError for what no header can hold."""
        told, values = self._told, self._slots(envelope)
        url = fill_url(self._values["api_url"], values)
        fields = fill(told.fields, values)
        headers = {name: str(value) for name, value in fill(told.headers, values).items()}
        if not "".join(headers.values()).isprintable():
            raise ValueError("a header would hold a line break")
        if told.sends == "json":
            headers["Content-Type"] = "application/json"
            return Request(told.method, url, headers, json.dumps(fields).encode())
        encoded = urlencode(fields)
        if told.sends == "form":
            headers["Content-Type"] = FORM
            return Request(told.method, url, headers, encoded.encode())
        joint = "&" if "?" in url else "?"
        return Request(told.method, f"{url}{joint}{encoded}" if encoded else url, headers)

    def _slots(self, envelope: Envelope) -> dict[str, str]:
        text, name = envelope.content.decode(), self.way_back.name(envelope.delivery)
        own = {slot: self._values.get(slot, "") for slot in ("username", "password", "secret")}
        return {
            **own,
            "basic": b64encode(f"{own['username']}:{own['password']}".encode()).decode(),
            "to": envelope.to,
            "to_digits": envelope.to.removeprefix("+"),
            "from": envelope.mail_from,
            "from_digits": envelope.mail_from.removeprefix("+"),
            "text": text,
            "id": name,
            "callback": self.way_back.address_for(name, self._values["api_url"]),
            "coding": "0" if measure(text).encoding == "GSM-7" else "2",
        }

    def read(self, envelope: Envelope, response: Response) -> Answer:
        """Say what an answer means."""
        told, body = self._told, response.text
        if told.takes(response.status) and re.search(told.taken_words, body):
            return Accepted(self._reference(response) or self.way_back.name(envelope.delivery))
        text = f"HTTP {response.status} {' '.join(body.split())}".strip()[:LONGEST_TEXT]
        for words, meaning in (
            (told.number_words, m.NO_NUMBER),
            (told.login_words, m.LOGIN),
            (told.busy_words, m.BUSY),
        ):
            if words and re.search(words, body):
                return _answer(meaning, text, response)
        return _by_status(text, response)

    def _reference(self, response: Response) -> str:
        where = self._told.reference
        if "(" in where:
            found = re.search(where, response.text)
            return found[1] if found and found[1] else ""
        told = at(response.json(), where) if where else None
        return str(told) if isinstance(told, str | int) else ""

    # what it tells us

    def verify(self, call: Call, now: datetime) -> None:
        """Check the signature, where there is a key for it. Raises Forged."""
        told, key = self._told, self._values.get("signing_key", "")
        if not (told.signature_header and key):
            return
        given = call.headers.get(told.signature_header.lower(), "")
        stamp = call.headers.get(told.signature_time_header.lower(), "")
        right = hmac.digest(key.encode(), call.body + stamp.encode(), "sha256").hex()
        if not hmac.compare_digest(right.encode(), given.lower().encode()):
            raise Forged("the signature is wrong" if given else "there is no signature")
        if told.signature_time_header:
            signed = time_of(stamp)
            if signed is None or abs((now - signed).total_seconds()) > FRESH:
                raise Forged("it was signed too long ago")

    def hear(self, call: Call) -> list[Heard]:
        """Read a receipt or a text. Raises Malformed; BadToken for a message of others."""
        told, fields = self._told, _Fields(call)
        status = fields.get(told.receipt_status)
        kinds = {"delivered": told.delivered, "bounced": told.failed, "sent": told.passed}
        kind = next((kind for kind, words in kinds.items() if status in words.split()), "")
        if kind:
            return [self._receipt(call, fields, kind, status)]
        phone = fields.get(told.reply_from)
        if phone and fields.has(told.reply_text):
            return [self._incoming(fields, phone)]
        if not status:
            raise Malformed("there is neither a status nor a text")
        return []  # an event that says nothing about a message

    def _receipt(self, call: Call, fields: _Fields, kind: str, status: str) -> Receipt:
        told = self._told
        name = call.name or fields.get(told.receipt_name)
        delivery = self.way_back.delivery(name) if name else None
        ref, own = fields.get(told.receipt_reference), fields.get(told.receipt_code)
        key = f"{name or ref}/{status}"
        when = time_of(fields.get(told.receipt_at))
        if kind != "bounced":
            return Receipt(kind, key, ref, delivery, when)
        at_fault = {status, own} & set(told.bad_number.split()) - {""}
        meaning = m.NO_NUMBER if at_fault else m.UNKNOWN
        text = " ".join(filter(None, (own, fields.get(told.receipt_text)))) or status
        return Receipt(kind, key, ref, delivery, when, meaning.code, text, meaning.blame)

    def _incoming(self, fields: _Fields, phone: str) -> Incoming:
        told = self._told
        to, when = fields.get(told.reply_to), fields.get(told.reply_at)
        text = fields.decoded(told.reply_text, told.reply_charset)
        ref = fields.get(told.reply_id)
        if not ref and when:  # the same text at the same time is the same
            ref = blake2b(repr((phone, to, text, when)).encode(), digest_size=16).hexdigest()
        return Incoming(phone.strip(), to, text, ref or secrets.token_hex(16), time_of(when))


class _Fields:
    """The fields of a call, wherever they stand."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._told = dict([*call.query(), *call.form()])
        is_json = call.body and "json" in call.headers.get("content-type", "")
        self._json: Any = call.json() if is_json else None

    def get(self, names: str) -> str:
        """Give the first of these fields that says something, trimmed."""
        values = (self._one(name) for name in names.split())
        return next((value.strip() for value in values if value.strip()), "")

    def has(self, names: str) -> bool:
        """Tell whether there is one of these fields, be it empty."""
        return any(name in self._told or self._at(name) is not None for name in names.split())

    def decoded(self, name: str, charset: str) -> str:
        """Give a text whose encoding another field tells."""
        told = self.get(charset) if charset else ""
        if not told or told.lower() in ("utf-8", "utf8"):
            return self._one(name)
        raw = dict([*self._call.query("latin-1"), *self._call.form("latin-1")]).get(name, "")
        try:
            return raw.encode("latin-1").decode(told, "replace")
        except LookupError:
            return self._one(name)

    def _one(self, name: str) -> str:
        told = self._told.get(name)
        found = self._at(name) if told is None else told
        return str(found) if isinstance(found, str | int | float) else ""

    def _at(self, name: str) -> Any:
        return at(self._json, name) if self._json is not None else None


def _answer(meaning: Meaning, text: str, response: Response) -> Answer:
    refused = meaning.refused(text)
    if meaning is m.BUSY:
        return NotNow(refused, response.wait or SOON)
    return NotNow(refused, response.wait) if meaning.everything else refused


def _by_status(text: str, response: Response) -> Answer:
    status = response.status
    if meaning := BY_STATUS.get(status):
        return _answer(meaning, text, response)
    if status >= 500:
        return Unsure(f"{text}: the gateway does not say whether it took the message")
    if status in range(300, 400):
        return _answer(m.ACCOUNT, f"{text}: it leads elsewhere", response)
    return Meaning("", m.UNKNOWN.blame, later=True).refused(text)
