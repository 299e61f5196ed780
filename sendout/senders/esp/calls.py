"""One call to a service: a message through Anymail, or as many as the service takes at once.

Each recipient's message is its own, so Anymail's batch sending, one message with fields to fill
in, does not fit. Some services take several whole messages in one call; Anymail makes each one's
part of it, and the answer has a line for each.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import requests
from anymail.exceptions import (
    AnymailError,
    AnymailNotSupportedWarning,
    AnymailRecipientsRefused,
)

from sendout.core.delivery.outcome import Accepted, Blame, Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.core.providers.setting import BadConfig, Value
from sendout.senders.esp.answers import Answer, of_broken, of_error, of_status, of_words, said
from sendout.senders.esp.catalogue import SERVICES, Service
from sendout.senders.esp.mail import compose

# Anymail cannot try SendGrid any more, which is said in docs/esp.md and not in every log.
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)

CONNECTING = 10.0  # seconds
NO_BOTO = (
    "esp: Amazon SES needs the package boto3, which is not installed; "
    "install it beside Sendout: pip install boto3."
)


class Caller(Protocol):
    """Hands messages over, in a thread of its own; an answer for each, in order."""

    most: int

    def call(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Hand over at most `most` envelopes."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class OneByOne:
    """A message is a call."""

    most = 1

    def __init__(self, service: Service, values: Mapping[str, Value]) -> None:
        self._service = service
        self._own_headers = bool(values.get("own_headers", True))
        self._backend = make_backend(service, values)
        self._backend.open()

    def call(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Hand one message over."""
        [envelope] = envelopes
        try:
            mail: Any = compose(envelope, self._service, own_headers=self._own_headers)
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused as error:
            return [_of_recipient(error.email_message.anymail_status)]
        except (AnymailError, requests.RequestException) as error:
            return [of_error(error)]
        return [_of_recipient(mail.anymail_status)]

    def close(self) -> None:
        """Let go of the connection."""
        self._backend.close()


def _of_recipient(status: Any) -> Answer:
    """Read what Anymail found out about the one recipient."""
    [recipient] = status.recipients.values()
    words = said(getattr(status.esp_response, "text", ""))
    match recipient.status:
        case "invalid":
            return Refused(True, "5.1.3", words, Blame.ADDRESS)
        case "rejected":
            return Refused(True, "rejected", words, Blame.RECIPIENT)
        case "failed":
            return of_words("failed", words)
    if not recipient.message_id:
        return Unsure("the service took the message and gave no id")
    return Accepted(str(recipient.message_id))


class Together:
    """Several messages are a call."""

    path: str

    def __init__(self, service: Service, values: Mapping[str, Value]) -> None:
        self.most = service.joint
        self._service = service
        self._backend = make_backend(service, values)
        self._backend.open()

    def call(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """Hand the messages over; those of which Anymail can make nothing are answered alone."""
        answers: dict[int, Answer] = {}
        payloads: dict[int, Any] = {}
        for place, envelope in enumerate(envelopes):
            mail = compose(envelope, self._service)
            try:
                payloads[place] = self._backend.build_message_payload(mail, {})
            except AnymailError as error:
                answers[place] = of_error(error)
        if payloads:
            found = self._post(list(payloads.values()))
            answers.update(zip(payloads, found, strict=True))
        return [answers[place] for place in range(len(envelopes))]

    def _post(self, payloads: list[Any]) -> list[Answer]:
        backend, first = self._backend, payloads[0]
        asked = first.get_request_params(backend.api_url)
        try:
            response = backend.session.post(
                backend.api_url + self.path,
                data=json.dumps(self.join(payloads), default=dict),
                headers=asked["headers"],
                auth=asked["auth"],
                timeout=backend.timeout,
            )
        except requests.RequestException as error:
            return [of_broken(error)] * len(payloads)
        return self._read(response, len(payloads))

    def _read(self, response: Any, count: int) -> list[Answer]:
        """Give a line of the answer for each message, else what the whole answer means."""
        try:
            lines = self.lines(response.json())
        except (ValueError, KeyError, TypeError):
            lines = []
        if len(lines) == count:
            return [self._of_line(line) for line in lines]
        if response.status_code < 300:
            return [Unsure("the service's answer cannot be read")] * count
        answer = of_status(response.status_code, response.text, response.headers)
        return [answer] * count

    def _of_line(self, line: Any) -> Answer:
        """Read one line; what has not the form it should have says nothing."""
        try:
            return self.read_line(line)
        except (AttributeError, LookupError, TypeError, ValueError):
            return Unsure("the service's answer cannot be read")

    def close(self) -> None:
        """Let go of the connection."""
        self._backend.close()

    def join(self, payloads: list[Any]) -> Any:
        """Put the messages into one."""
        raise NotImplementedError

    def lines(self, answer: Any) -> list[Any]:
        """Give the lines of the answer, in the order of the messages."""
        raise NotImplementedError

    def read_line(self, line: Any) -> Answer:
        """Read what became of one message."""
        raise NotImplementedError


class Postmark(Together):
    """https://postmarkapp.com/developer/api/email-api#send-batch-emails: 500, and 50 MB."""

    path = "email/batch"

    def join(self, payloads: list[Any]) -> Any:
        """Give a list of messages."""
        return [payload.data for payload in payloads]

    def lines(self, answer: Any) -> list[Any]:
        """The answer is a list; an object tells of an error of the whole."""
        return answer if isinstance(answer, list) else []

    def read_line(self, line: Any) -> Answer:
        """Read ErrorCode: https://postmarkapp.com/developer/api/overview#error-codes."""
        if line.get("ErrorCode", 0) == 0:
            return Accepted(str(line["MessageID"]))
        if line["ErrorCode"] == 406:
            return Refused(True, "406", str(line.get("Message", "")), Blame.RECIPIENT)
        return of_words(str(line["ErrorCode"]), str(line.get("Message", "")))


class Mailjet(Together):
    """https://dev.mailjet.com/email/guides/send-api-v31/: 50 messages."""

    path = "send"

    def join(self, payloads: list[Any]) -> Any:
        """Give a list of messages, each with what Anymail says once for all of its own."""
        return {
            "Messages": [
                {**p.data["Globals"], **one} for p in payloads for one in p.data["Messages"]
            ]
        }

    def lines(self, answer: Any) -> list[Any]:
        """Give the list of messages."""
        found: list[Any] = answer["Messages"]
        return found

    def read_line(self, line: Any) -> Answer:
        """Read Status, and Errors, which name the field that they are about."""
        if line["Status"] == "success":
            return Accepted(str(line["To"][0]["MessageID"]))
        errors = json.dumps(line.get("Errors", []))
        code = str(line["Errors"][0].get("ErrorCode", "")) if line.get("Errors") else ""
        return of_words(code, said(errors), errors)


_TOGETHER: Mapping[str, type[Together]] = {"postmark": Postmark, "mailjet": Mailjet}


def make_caller(values: Mapping[str, Value]) -> Caller:
    """Open a way to the service that the settings name."""
    service = SERVICES[str(values["esp"])]
    return _TOGETHER.get(service.name, OneByOne)(service, values)


def make_backend(service: Service, values: Mapping[str, Value]) -> Any:
    """Make Anymail's backend with these settings and with none of Django's. Raises BadConfig."""
    try:
        module = import_module(f"anymail.backends.{service.name}")
    except ImportError:
        raise BadConfig(NO_BOTO) from None
    return module.EmailBackend(ignore_recipient_status=False, **_options(service, values))


def api_url(values: Mapping[str, Value]) -> str:
    """Give the address of the service's API."""
    service = SERVICES[str(values["esp"])]
    if given := str(values.get("api_url", "")):
        return given if given.endswith("/") else f"{given}/"
    if service.regions:
        return service.regions[str(values["region"])]
    return service.url or f"https://email.{values['region_name']}.amazonaws.com/"


def _options(service: Service, values: Mapping[str, Value]) -> dict[str, Any]:
    """Give the settings as Anymail's backend takes them."""
    timeout = float(values["timeout"])
    if service.name == "amazon_ses":
        return _for_amazon(values, timeout)
    named = ("api_key", "api_token", "secret_key", "server_token", "message_stream", "subaccount")
    options: dict[str, Any] = {name: values[name] for name in named if values.get(name)}
    if service.name == "mailgun":
        options["sender_domain"] = values.get("sender_domain") or None
    return {
        **options,
        "api_url": api_url(values),
        "timeout": (min(CONNECTING, timeout), timeout),
        "send_defaults": {},
    }


def _for_amazon(values: Mapping[str, Value], timeout: float) -> dict[str, Any]:
    """Give the settings for boto3, which must not try again: we do, and know what became of it."""
    return {
        "client_params": {
            "aws_access_key_id": values["access_key_id"],
            "aws_secret_access_key": values["secret_access_key"],
            "region_name": values["region_name"],
            "endpoint_url": api_url(values) if values.get("api_url") else None,
            "config": {
                "connect_timeout": min(CONNECTING, timeout),
                "read_timeout": timeout,
                "retries": {"total_max_attempts": 1},
            },
        },
        "configuration_set_name": values.get("configuration_set_name") or None,
        "send_defaults": {},
    }
