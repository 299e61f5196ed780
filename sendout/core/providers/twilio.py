"""SMS through Twilio's API, 2010-04-01: https://www.twilio.com/docs/messaging/api/message-resource.

Twilio takes no reference of ours, so our name of the delivery stands in the address that it calls
back. It knows no key that makes a repeated request the same one either (I-Twilio-Idempotency-Token
comes with its calls to us), so a request without an answer is never made again.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlencode, urlsplit, urlunsplit

from sendout.core.delivery.outcome import Accepted, Unsure
from sendout.core.providers import sms_meanings as m
from sendout.core.providers.base import Config, Envelope
from sendout.core.providers.callback import FORM, Call, Forged, Malformed, WayBack
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

API = "https://api.twilio.com"
SOON = 1.0  # seconds to wait where it says "too many requests" and not for how long

# https://www.twilio.com/docs/api/errors, of requests and of receipts; what is not here is tried
# again when a request was refused, and blames nobody when a receipt tells it.
ERRORS: Mapping[int, Meaning] = {
    # the account
    20003: m.LOGIN,  # wrong SID, token or key
    20005: m.ACCOUNT,  # account not active
    20404: m.ACCOUNT,  # no such account
    20429: m.BUSY,  # too many requests
    30001: m.BUSY,  # queue overflow
    30002: m.ACCOUNT,  # account suspended
    30018: m.UNREGISTERED,  # destination carrier requires registration
    30024: m.UNREGISTERED,  # sender ID not provisioned on the carrier
    30032: m.UNREGISTERED,  # toll-free number not verified
    30034: m.UNREGISTERED,  # number not registered for A2P 10DLC
    30035: m.UNREGISTERED,  # number being registered or deregistered
    # the number we send from
    21212: m.ACCOUNT,  # invalid From
    21603: m.ACCOUNT,  # From missing
    21606: m.ACCOUNT,  # From is not ours, or cannot send texts
    21609: m.ACCOUNT,  # invalid StatusCallback
    21611: m.BUSY,  # too many messages queued for this From
    21659: m.ACCOUNT,  # From is not a number of Twilio
    21660: m.ACCOUNT,  # From belongs to another account
    21661: m.ACCOUNT,  # From cannot send texts
    21701: m.ACCOUNT,  # no such messaging service
    21703: m.ACCOUNT,  # the messaging service has no numbers
    21705: m.ACCOUNT,  # invalid MessagingServiceSid
    # the recipient
    21211: m.NO_NUMBER,  # invalid To
    21217: m.NO_NUMBER,  # not a phone number
    21265: m.NO_NUMBER,  # To is a short code
    21614: m.NO_NUMBER,  # not a mobile number
    21635: m.NO_NUMBER,  # a landline
    30005: m.NO_NUMBER,  # unknown destination handset
    30006: m.NO_NUMBER,  # landline or unreachable carrier
    21408: m.COUNTRY,  # this country is not enabled for the account
    21608: m.COUNTRY,  # a trial account sends to verified numbers only
    21612: m.BARRED,  # To cannot be reached from this From
    21610: m.STOPPED,  # texted STOP to this From
    30003: m.UNREACHABLE,  # switched off or out of reach
    30004: m.BARRED,  # blocked by the recipient or the operator
    30008: m.UNKNOWN,  # the operator does not say
    # the text
    21602: m.BAD_TEXT,  # no body
    21617: m.BAD_TEXT,  # longer than 1,600 characters
    21619: m.BAD_TEXT,  # no body and no media
    30007: m.FILTERED,  # taken for spam
    30022: m.BUSY,  # more than the operator takes from this campaign
    30023: m.BUSY,  # the day's limit of this campaign is reached
}

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATUSES: Mapping[str, str] = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "bounced",
    "failed": "bounced",
    "canceled": "bounced",
}

SIDS = {"account_sid": "AC", "api_key": "SK", "messaging_service_sid": "MG"}

SETTINGS = (
    Setting("account_sid", str, "account SID, AC..."),
    Setting("auth_token", str, "auth token; Twilio signs its calls with it too", secret=True),
    Setting("api_key", str, "SID of an API key, SK..., to sign in with instead", ""),
    Setting("api_secret", str, "secret of that API key", "", secret=True),
    Setting("messaging_service_sid", str, "messaging service, MG..., which chooses the number", ""),
    Setting("api_url", str, "address of the API, for another region", API),
    TIMEOUT,
)


# For numbers that are no short codes, and without Advanced Opt-Out; each alone in its text.
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
CONFIRMS = frozenset(
    {
        "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT",
        "START", "UNSTOP",
    }
)  # fmt: skip


class TwilioProvider:
    """SMS through Twilio."""

    channel: ClassVar[str] = "sms"
    kind: ClassVar[str] = "twilio"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = True
    confirms: ClassVar[frozenset[str]] = CONFIRMS
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    label = "Twilio"
    place = (
        "Phone numbers, your number, Messaging: enter it where a message comes in, as webhook with "
        "HTTP POST. What becomes of each message is told without it."
    )
    signing = "auth_token"
    methods: ClassVar[frozenset[str]] = frozenset({"POST"})
    thanks: ClassVar[tuple[str, str]] = (
        "text/xml",
        '<?xml version="1.0" encoding="UTF-8"?><Response/>',  # TwiML: no answer to the phone
    )

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {name: str(value) for name, value in values.items()}
        self.way_back = WayBack()
        api = self._values["api_url"].rstrip("/")
        self._url = f"{api}/2010-04-01/Accounts/{self._values['account_sid']}/Messages.json"
        self._headers = {"Authorization": self._sign_in(), "Content-Type": FORM}
        self._way = HttpWay(self, self.label, self._url, float(values["timeout"]))

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        values = read_all(SETTINGS, config)
        for name, begins in SIDS.items():
            if values[name] and not re.fullmatch(rf"{begins}[0-9a-fA-F]{{32}}", str(values[name])):
                raise BadConfig(f"{name} is {begins} and 32 digits from 0 to f.")
        if bool(values["api_key"]) != bool(values["api_secret"]):
            raise BadConfig("api_secret and api_key belong together; give both or none.")
        if not float(values["timeout"]) > 0:
            raise BadConfig("timeout is a number of seconds above 0.")
        check_url("api_url", str(values["api_url"]))
        return cls(values)

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read twilio:?account_sid=AC...&auth_token=...; raises BadConfig."""
        return read_url(url, {"twilio": {}})

    def _sign_in(self) -> str:
        values = self._values
        user = values["api_key"] or values["account_sid"]
        password = values["api_secret"] or values["auth_token"]
        return "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    async def connect(self) -> HttpConnection:
        """Reach Twilio. Raises SenderDown."""
        return await self._way.connect()

    # what we ask

    def request(self, envelope: Envelope) -> Request:
        """Make the request of one message."""
        fields = {"To": envelope.to, "Body": envelope.content.decode()}
        if service := self._values["messaging_service_sid"]:
            fields["MessagingServiceSid"] = service
        else:
            fields["From"] = envelope.mail_from
        name = self.way_back.name(envelope.delivery)
        if address := self.way_back.address_for(name, self._url):
            fields["StatusCallback"] = address
        return Request("POST", self._url, self._headers, urlencode(fields).encode())

    def read(self, envelope: Envelope, response: Response) -> Answer:
        """Say what an answer means."""
        told = response.json()
        told = told if isinstance(told, dict) else {}
        if response.status in (200, 201):
            sid = told.get("sid")
            return Accepted(sid) if isinstance(sid, str) and sid else Unsure("an answer without id")
        code = told.get("code")
        if not isinstance(code, int):
            return self._without_code(response)
        meaning, text = ERRORS.get(code), f"{code} {told.get('message', '')}".strip()
        if meaning is None:
            unknown = Meaning("", m.UNKNOWN.blame, later=True)
            return (
                unknown.refused(text) if response.status < 500 else NotNow(m.OUTAGE.refused(text))
            )
        if response.status == 429 or meaning is m.BUSY:
            return NotNow(m.BUSY.refused(text), response.wait or SOON)
        refused = meaning.refused(text)
        return NotNow(refused, response.wait) if meaning.everything else refused

    def _without_code(self, response: Response) -> Answer:
        """Read what is no answer of Twilio's, but of what stands before it."""
        text = f"HTTP {response.status}"
        match response.status:
            case 401 | 403:
                return NotNow(m.LOGIN.refused(text))
            case 429:
                return NotNow(m.BUSY.refused(text), response.wait or SOON)
            case 503:
                return NotNow(m.OUTAGE.refused(text), response.wait)
            case status if status >= 500:
                return Unsure(f"{text}: the service does not say whether it took the message")
        return NotNow(m.ACCOUNT.refused(f"{text}: this is not Twilio's API"))

    # what it tells us

    def verify(self, call: Call, now: datetime) -> None:
        """Check the signature: https://www.twilio.com/docs/usage/security. Raises Forged.

        It has no time: what is replayed says again what we know.
        """
        given = call.headers.get("x-twilio-signature", "")
        token = self._values["auth_token"]
        right = [signature(token, url, call.form()) for url in _spellings(call.url)]
        if not any(hmac.compare_digest(each.encode(), given.encode()) for each in right):
            raise Forged("the signature is wrong" if given else "there is no signature")

    def hear(self, call: Call) -> list[Heard]:
        """Read a receipt, or a text from a phone, which comes whole. Raises Malformed."""
        told = dict(call.form())
        sid = told.get("MessageSid") or told.get("SmsSid") or ""
        if not sid:
            raise Malformed("there is no MessageSid")
        if status := told.get("MessageStatus", ""):
            return [self._receipt(told, sid, status, call.name)]
        if "From" not in told:
            raise Malformed("there is neither a status nor a sender")
        return [Incoming(told["From"], told.get("To", ""), _text(told), sid)]

    def _receipt(self, told: Mapping[str, str], sid: str, status: str, name: str) -> Receipt:
        kind, number = STATUSES.get(status, status), told.get("ErrorCode", "")
        delivery = self.way_back.delivery(name) if name else None
        if kind != "bounced":
            return Receipt(kind, f"{sid}/{status}", sid, delivery)
        known = number.isdecimal() and int(number[:9]) in ERRORS
        meaning = ERRORS[int(number[:9])] if known else m.UNKNOWN
        text = " ".join(filter(None, (number, told.get("ErrorMessage", "")))) or status
        code = meaning.code
        return Receipt(kind, f"{sid}/{status}", sid, delivery, None, code, text, meaning.blame)


def _text(told: Mapping[str, str]) -> str:
    """Give the words; a picture, which cannot be kept, is said to have come."""
    pictures = told.get("NumMedia", "0")
    words = told.get("Body", "")
    return words if pictures in ("", "0") else f"{words} [{pictures} file(s)]".strip()


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Sign a call as Twilio does: the address, and each field's name and value in their order."""
    said = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


def _spellings(url: str) -> list[str]:
    """Give the address with and without its port: Twilio signs the one or the other."""
    parts: Any = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [urlunsplit(parts._replace(netloc=each)) for each in (host, f"{host}:{port}")]
