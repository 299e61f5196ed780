"""SMS through Vonage's Messages API: https://developer.vonage.com/en/api/messages.

Texts from phones come whole there, and calls are signed (JWT, RFC 7519) with a hash of their body;
the older SMS API tells each part of a long text apart.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Self

from sendout.core.delivery.outcome import Accepted, Unsure
from sendout.core.providers import sms_meanings as m
from sendout.core.providers.base import Config, Envelope
from sendout.core.providers.callback import Call, Forged, Malformed, WayBack, time_of
from sendout.core.providers.heard import Heard, Incoming, Receipt
from sendout.core.providers.http_connection import (
    TIMEOUT,
    Answer,
    HttpConnection,
    HttpWay,
    NotNow,
    Request,
    Response,
)
from sendout.core.providers.near import check_url
from sendout.core.providers.setting import BadConfig, Setting, Value, read_all, read_url
from sendout.core.providers.sms_meanings import Meaning

API = "https://api.nexmo.com"
SOON = 1.0  # seconds to wait where it says "throttled" and not for how long
FRESH = 90_000.0  # seconds since it was signed; Vonage tries again for a day

# https://developer.vonage.com/en/api-errors/messages, of answers and of receipts; what is not here
# is tried again when a message was refused, and blames nobody when a receipt tells it.
ERRORS: Mapping[str, Meaning] = {
    # the account
    "1000": m.BUSY,  # throttled
    "1060": m.ACCOUNT,  # account barred
    "1070": m.ACCOUNT,  # no credit
    "1080": m.ACCOUNT,  # account not enabled for REST
    "1120": m.UNREGISTERED,  # sender ID not accepted by local regulations
    "1140": m.ACCOUNT,  # facility not allowed
    "1160": m.COUNTRY,  # a trial account sends to listed numbers only
    "1241": m.BUSY,  # too many requests
    # the recipient
    "1050": m.BARRED,  # the number is on Vonage's list
    "1170": m.NO_NUMBER,  # invalid or missing MSISDN
    "1180": m.UNREACHABLE,  # absent for the moment
    "1190": m.NO_NUMBER,  # absent for good: no longer in use
    "1220": m.UNREACHABLE,  # handset busy
    "1240": m.BARRED,  # illegal number
    "1250": m.BARRED,  # cannot be routed
    "1260": m.UNREACHABLE,  # destination unreachable
    "1270": m.BARRED,  # age restriction
    "1280": m.BARRED,  # blocked by the operator
    "1290": m.BARRED,  # the person's prepaid credit is used up
    # the text
    "1040": m.BAD_TEXT,  # invalid message
    "1090": m.BAD_TEXT,  # too long
    "1210": m.FILTERED,  # taken for spam
}
# https://developer.vonage.com/en/api-errors: the last word of the type of an error
GENERIC: Mapping[str, Meaning] = {
    "low-balance": m.ACCOUNT,
    "unauthorized": m.LOGIN,
    "forbidden": m.ACCOUNT,
    "unprovisioned": m.ACCOUNT,
    "account-suspended": m.ACCOUNT,
    "invalid-api-key": m.LOGIN,
    "throttled": m.BUSY,
}
# https://developer.vonage.com/en/messages/concepts/messages-status-callbacks
STATUSES: Mapping[str, str] = {
    "submitted": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "rejected": "bounced",
    "undeliverable": "bounced",
}
BY_STATUS: Mapping[int, Meaning] = {
    401: m.LOGIN,
    402: m.ACCOUNT,
    403: m.ACCOUNT,
    404: m.ACCOUNT,
    429: m.BUSY,
    503: m.OUTAGE,
}

SETTINGS = (
    Setting("api_key", str, "API key of the account"),
    Setting("api_secret", str, "API secret of the account", secret=True),
    Setting("signature_secret", str, "secret with which Vonage signs its calls", "", secret=True),
    Setting("api_url", str, "address of the API, for a region such as api-us.vonage.com", API),
    TIMEOUT,
)


class VonageProvider:
    """SMS through Vonage."""

    channel: ClassVar[str] = "sms"
    kind: ClassVar[str] = "vonage"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    label = "Vonage"
    place = (
        "API settings: choose the Messages API for SMS, and enter it as webhook for inbound "
        "messages and for status. What becomes of each message is told without it."
    )
    signing = "signature_secret"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    thanks: ClassVar[tuple[str, str]] = ("text/plain", "")

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {name: str(value) for name, value in values.items()}
        self.way_back = WayBack()
        self._url = self._values["api_url"].rstrip("/") + "/v1/messages"
        user = f"{self._values['api_key']}:{self._values['api_secret']}"
        self._headers = {
            "Authorization": "Basic " + b64encode(user.encode()).decode(),
            "Content-Type": "application/json",
        }
        self._way = HttpWay(self, self.label, self._url, float(values["timeout"]))

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        values = read_all(SETTINGS, config)
        if not float(values["timeout"]) > 0:
            raise BadConfig("timeout is a number of seconds above 0.")
        check_url("api_url", str(values["api_url"]))
        return cls(values)

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read vonage:?api_key=...&api_secret=...; raises BadConfig."""
        return read_url(url, {"vonage": {}})

    async def connect(self) -> HttpConnection:
        """Reach Vonage. Raises SenderDown."""
        return await self._way.connect()

    # what we ask

    def request(self, envelope: Envelope) -> Request:
        """Make the request of one message; numbers go without their plus."""
        name = self.way_back.name(envelope.delivery)
        told = {
            "message_type": "text",
            "channel": "sms",
            "to": envelope.to.removeprefix("+"),
            "from": envelope.mail_from.removeprefix("+"),
            "text": envelope.content.decode(),
            "client_ref": name,
        }
        if address := self.way_back.address_for(name, self._url):
            told |= {"webhook_url": address, "webhook_version": "v1"}
        return Request("POST", self._url, self._headers, json.dumps(told).encode())

    def read(self, envelope: Envelope, response: Response) -> Answer:
        """Say what an answer means; an error is told as RFC 7807 does."""
        told = response.json()
        told = told if isinstance(told, dict) else {}
        if response.status in (200, 202):
            ref = told.get("message_uuid")
            return Accepted(ref) if isinstance(ref, str) and ref else Unsure("an answer without id")
        word = str(told.get("type", "")).rpartition("#")[2].rpartition("/")[2]
        text = " ".join(str(told.get(each, "")) for each in ("title", "detail")).strip()
        text = f"{word} {text}".strip() or f"HTTP {response.status}"
        meaning = ERRORS.get(word) or GENERIC.get(word) or BY_STATUS.get(response.status)
        if meaning is None and response.status >= 500:
            return Unsure(f"{text}: the service does not say whether it took the message")
        meaning = meaning or Meaning("", m.UNKNOWN.blame, later=True)
        if meaning is m.BUSY:
            return NotNow(meaning.refused(text), response.wait or SOON)
        refused = meaning.refused(text)
        return NotNow(refused, response.wait) if meaning.everything else refused

    # what it tells us

    def verify(self, call: Call, now: datetime) -> None:
        """Check the token, where there is a secret for it. Raises Forged.

        https://developer.vonage.com/en/getting-started/concepts/webhooks: signed webhooks.
        """
        secret = self._values["signature_secret"]
        if not secret:
            return
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Forged("there is no signature")
        claims = read_jwt(token, secret)
        hashed = sha256(call.body).hexdigest()
        if not hmac.compare_digest(
            str(claims.get("payload_hash", "")).lower().encode(), hashed.encode()
        ):
            raise Forged("the signature is of another message")
        signed = time_of(claims.get("iat"))
        if signed is None or abs((now - signed).total_seconds()) > FRESH:
            raise Forged("it was signed too long ago")

    def hear(self, call: Call) -> list[Heard]:
        """Read a receipt or a text. Raises Malformed; BadToken for a message of others."""
        told = call.json()
        ref = told.get("message_uuid") if isinstance(told, dict) else None
        if not isinstance(ref, str) or not ref:
            raise Malformed("there is no message_uuid")
        if told.get("channel", "sms") != "sms":
            return []
        if "status" in told:
            return [self._receipt(told, ref, call.name)]
        if "from" not in told:
            raise Malformed("there is neither a status nor a sender")
        phone, to = _number(told["from"]), _number(told.get("to", ""))
        text = str(told.get("text") or f"[{told.get('message_type', '')}]")
        return [Incoming(phone, to, text, ref, time_of(told.get("timestamp")))]

    def _receipt(self, told: Mapping[str, Any], ref: str, name: str) -> Receipt:
        status, when = str(told["status"]), time_of(told.get("timestamp"))
        name = name or str(told.get("client_ref") or "")
        delivery = self.way_back.delivery(name) if name else None
        kind, key = STATUSES.get(status, status), f"{ref}/{status}"
        if kind != "bounced":
            return Receipt(kind, key, ref, delivery, when)
        error = told.get("error")
        error = error if isinstance(error, dict) else {}
        words = [str(error.get(each, "")).rpartition("#")[2] for each in ("title", "type")]
        word = next((word for word in words if word in ERRORS), words[0])
        meaning = ERRORS.get(word, m.UNKNOWN)
        text = f"{word} {error.get('detail', '')}".strip() or status
        return Receipt(kind, key, ref, delivery, when, meaning.code, text, meaning.blame)


def _number(told: object) -> str:
    """Write a number in E.164; Vonage leaves the plus out."""
    text = str(told)
    return f"+{text}" if text.isdigit() and len(text) > 8 else text


def read_jwt(token: str, secret: str) -> dict[str, Any]:
    """Read a token signed with HMAC-SHA256 (RFC 7515 section 3.1, HS256 alone). Raises Forged."""
    head, _, rest = token.partition(".")
    body, _, given = rest.partition(".")
    right = hmac.digest(secret.encode(), f"{head}.{body}".encode(), "sha256")
    try:
        signed = hmac.compare_digest(_decode(given), right)
        algorithm = json.loads(_decode(head))["alg"]
        claims = json.loads(_decode(body))
    except (ValueError, TypeError, LookupError, RecursionError):
        raise Forged("the signature cannot be read") from None
    if not signed or algorithm != "HS256" or not isinstance(claims, dict):
        raise Forged("the signature is wrong")
    return claims


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
