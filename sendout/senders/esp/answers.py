"""What a service's answer means: which kind of no, and whether the message may be on its way.

Services say the same in many ways. The status of HTTP decides where it can; of a 4xx the words
do, and what no word decides is tried again and blames nobody's address.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress

from sendout.core.delivery.outcome import Blame, Outcome, Refused, Unsure

LONGEST_TEXT = 400  # characters of a service's words
SECOND_THOUGHT = 1.0  # seconds to wait when the service does not say how long


@dataclass(frozen=True, slots=True)
class NotNow:
    """The service takes nothing from us at the moment; nothing was handed over.

    wait: seconds that it asked for, where it did.
    """

    refusal: Refused
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Not a byte was handed over: the way to the service is broken."""

    refusal: Refused


Answer = Outcome | NotNow | Unreachable

_ADDRESSES = re.compile(r"\S+@\S+")
_OUR_SIDE = re.compile(
    r"\bfrom\b|sender|signature|credit|quota|billing|payment|upgrade|suspended|pending approval|"
    r"not allowed to send|not verified|unverified|unconfigured|verified in your account|"
    r"sending.{0,20}paused|api[ _]?key|api[ _]?token",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(r"['\"`]to['\"`]|\bto\[\d|\bto\.\d|\bin to\b|recipient", re.IGNORECASE)
_INVALID = re.compile(
    r"invalid|not (a )?valid|illegal|malformed|must be a valid|contain a valid|error parsing|"
    r"address syntax",
    re.IGNORECASE,
)
_STOPPED = re.compile(
    r"inactive|suppress|unsubscribed|blocklist|blacklist|complain|bounced", re.IGNORECASE
)
_TOO_LARGE = re.compile(r"too (large|big|long)|exceeds.{0,30}(size|limit)", re.IGNORECASE)
# Mandrill answers every error with 500: https://mailchimp.com/developer/transactional/docs/.
_MANDRILL_OURS = ("Invalid_Key", "PaymentRequired", "Unknown_Subaccount")
_WORDS = ("Message", "message", "ErrorMessage", "description", "detail", "reject_reason", "name")


def of_status(status: int, body: str, headers: Any) -> Answer:
    """Say what an answer that is not a yes means.

    502 and 504 come from between: what stands behind may have taken the message.
    """
    text = said(body)
    mandrill = status == 500 and any(name in body for name in _MANDRILL_OURS)
    if status in (401, 402, 403, 404, 405) or mandrill:
        code = "login" if status == 401 else "settings"
        return NotNow(Refused(False, code, text, Blame.SENDER))
    if status == 429:
        wait = _wait(headers)
        return NotNow(Refused(False, "429", text, Blame.SENDER, wait), wait or SECOND_THOUGHT)
    if status in (502, 504):
        return Unsure(f"the service answered {status}: {text}")
    if status >= 500 or status == 408:
        return Refused(False, str(status), text, Blame.SENDER, _wait(headers))
    if status == 413:
        return Refused(True, "5.3.4", text, Blame.MESSAGE)
    return of_words(str(status), text, body)


def of_words(code: str, text: str, everything: str = "") -> Answer:
    """Say what a no means by its words. code: the service's own.

    Our side comes first: an address is never blamed for what may be our fault.
    """
    words = _ADDRESSES.sub(" ", everything or text)
    if _OUR_SIDE.search(words):
        return NotNow(Refused(False, "settings", text, Blame.SENDER))
    if _STOPPED.search(words):
        return Refused(True, code, text, Blame.RECIPIENT)
    if _RECIPIENT.search(words) and _INVALID.search(words):
        return Refused(True, "5.1.3", text, Blame.ADDRESS)
    if _TOO_LARGE.search(words):
        return Refused(True, "5.3.4", text, Blame.MESSAGE)
    return Refused(False, code, text, Blame.SENDER)


def of_error(error: Exception) -> Answer:
    """Say what an exception of Anymail means; raises it again when it tells of a bug."""
    if isinstance(error, AnymailInvalidAddress):
        ours = "`to`" not in str(error)
        blame = Blame.SENDER if ours else Blame.ADDRESS
        return Refused(not ours, "5.1.3", _short(str(error)), blame)
    if isinstance(error, requests.RequestException) and getattr(error, "response", None) is None:
        return of_broken(error.__cause__ or error)
    response = getattr(error, "response", None)
    if isinstance(error, AnymailAPIError) and isinstance(response, dict):
        return _of_amazon(response)
    if isinstance(error, AnymailAPIError) and response is not None:
        return _of_response(response, error)
    if isinstance(error, AnymailAPIError) and error.__cause__ is not None:
        return _of_botocore(error.__cause__)
    if isinstance(error, AnymailError):
        return Refused(True, "content", _short(str(error)), Blame.MESSAGE)
    raise error


def _of_response(response: Any, error: Exception) -> Answer:
    if response.status_code < 300:  # a yes that cannot be read
        return Unsure(f"the service's answer cannot be read: {_short(str(error))}")
    return of_status(response.status_code, response.text, response.headers)


def of_broken(error: BaseException) -> Answer:
    """Say what a connection that failed means: before the request was written, or after it."""
    words = repr(error)
    if isinstance(error, requests.exceptions.SSLError):
        return _unreachable("tls", "the encryption with the service failed")
    if "NameResolutionError" in words:
        return _unreachable("dns", "there is no server of this name")
    if isinstance(error, requests.exceptions.ConnectTimeout) or "NewConnectionError" in words:
        return _unreachable("connect", "cannot connect to the service: it does not answer")
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidURL):
        return _unreachable("connect", "cannot connect to the service: its address is wrong")
    if isinstance(error, requests.exceptions.Timeout):
        return Unsure("the service did not answer in time")
    return Unsure("the connection broke before the service's answer")


def _unreachable(code: str, text: str) -> Unreachable:
    return Unreachable(Refused(False, code, text, Blame.SENDER))


# Amazon's names of errors (SES API v2, "SendEmail") that HTTP calls a plain 400.
_SLOWER = ("TooManyRequests", "Throttl", "LimitExceeded")
_OURS = ("AccountSuspended", "SendingPaused", "MailFromDomainNotVerified", "NotFound", "AccessDen")


def _of_amazon(response: dict[str, Any]) -> Answer:
    error, meta = response.get("Error", {}), response.get("ResponseMetadata", {})
    name, text = str(error.get("Code", "")), _short(str(error.get("Message", "")))
    if name.startswith(_SLOWER):
        return NotNow(Refused(False, "429", text, Blame.SENDER), SECOND_THOUGHT)
    if name.startswith(_OURS):
        return NotNow(Refused(False, "settings", f"{name}: {text}", Blame.SENDER))
    return of_status(int(meta.get("HTTPStatusCode", 400)), text, meta.get("HTTPHeaders", {}))


def _of_botocore(cause: BaseException) -> Answer:
    name = type(cause).__name__
    if name in (
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "SSLError",
        "ProxyConnectionError",
    ):
        return _unreachable("connect", "cannot connect to the service: it does not answer")
    if name in ("ReadTimeoutError", "ConnectionClosedError", "HTTPClientError"):
        return Unsure("the connection broke before the service's answer")
    return NotNow(Refused(False, "settings", _short(str(cause)), Blame.SENDER))


def said(body: str) -> str:
    """Give a service's words for people out of its answer."""
    try:
        found = list(_leaves(json.loads(body)))
    except ValueError:
        return _short(body) or "no reason was given"
    return _short("; ".join(dict.fromkeys(found))) or _short(body)


def _leaves(value: Any) -> list[str]:
    """Give the texts that stand under the names services use for words."""
    if isinstance(value, list):
        return [text for each in value for text in _leaves(each)]
    if not isinstance(value, dict):
        return []
    own = [str(value[name]) for name in _WORDS if isinstance(value.get(name), str)]
    return own + [text for each in value.values() for text in _leaves(each)]


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TEXT]


def _wait(headers: Any) -> float | None:
    """Read Retry-After (RFC 9110 section 10.2.3): seconds, or a time."""
    value = str(headers.get("Retry-After") or headers.get("retry-after") or "").strip()
    if value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None
