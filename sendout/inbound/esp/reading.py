"""Read a request that says it comes from an email service: prove it, then take it apart.

Anymail knows each service's way to sign and to tell. Its views are used as parsers here, one for
each request: which service, and with which key, is the sender's setting and not the site's.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from importlib import import_module
from typing import Any

from anymail.exceptions import (
    AnymailError,
    AnymailInsecureWebhookWarning,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from sendout.core.tokens import BadToken
from sendout.inbound.esp.words import code_of, meaning
from sendout.inbound.waiting import LONGEST_TEXT, Told, clean
from sendout.senders.esp import reference
from sendout.senders.esp.catalogue import CHOICE, SERVICES, Service
from sendout.senders.models import Sender
from sendout.senders.vault import unseal

# The secret in the address stands for the one that Anymail misses.
warnings.filterwarnings("ignore", category=AnymailInsecureWebhookWarning)

OLDEST = timedelta(days=60)  # of an event; what is older or still to come happened now
LONGEST_RAW, LONGEST_AGENT = 8_000, 400  # characters
# Seconds that a signed time may be off. Mailgun and SendGrid try again for a day and may send the
# signature of the first time; Svix, which Resend uses, signs anew each time it tries.
FRESH = {"mailgun": 90_000.0, "sendgrid": 90_000.0, "resend": 300.0}

# Services that tell machines' opens apart themselves, so that one without an agent is a person's.
SORTS = frozenset({"brevo", "mailgun", "sendgrid"})

_VIEWS = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "mandrill": "MandrillCombinedWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}


class Forged(Exception):
    """The request does not come from the service, or is an old one again."""


class Malformed(Exception):
    """The request is not what the service sends."""


def service_of(sender: Sender) -> Service:
    """Give the service of a sender of kind `esp`."""
    return SERVICES[str(sender.config[CHOICE])]


def read(sender: Sender, request: HttpRequest, address: str, now: datetime) -> list[Told]:
    """Give the events that a request tells, without those that are no news.

    address: the whole one that the service was given; Mandrill signs it. Raises Forged, Malformed.
    """
    service = service_of(sender)
    key = _signing_key(sender.secrets, service.signing)
    try:
        view = _view(service, key, address)
        if key or not service.signing:
            view.run_validators(request)
        _check_fresh(service, key, request)
        events = view.parse_events(request)
        return [told for event in events if (told := _read_event(service, event, now))]
    except AnymailWebhookValidationFailure as error:
        raise Forged(str(error)) from None
    except (
        AnymailError,
        ImproperlyConfigured,
        AttributeError,
        LookupError,
        OSError,  # a time that no clock shows
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
        AssertionError,  # Mandrill: outgoing and incoming mail in one request
    ) as error:
        raise Malformed(f"{type(error).__name__}: {error}"[:LONGEST_TEXT]) from None


@lru_cache(maxsize=256)
def _signing_key(sealed: str, name: str) -> str:
    """Give the key with which the service signs; empty where it does not, or none was entered."""
    return str(unseal(sealed).get(name) or "") if name else ""


def _view(service: Service, key: str, address: str) -> Any:
    """Make Anymail's view for this service and key."""
    module = import_module(f"anymail.webhooks.{service.name}")
    options: dict[str, Any] = {"webhook_secret": ""}
    if service.name == "amazon_ses":
        options["auto_confirm_sns_subscriptions"] = False
    elif service.name == "mandrill":
        options |= {"webhook_key": key or "-", "webhook_url": address}
    elif service.signing and service.name != "resend":
        options[service.signing] = key or (None if service.name == "sendgrid" else "-")
    return getattr(module, _VIEWS[service.name])(**options)


def _check_fresh(service: Service, key: str, request: HttpRequest) -> None:
    """Refuse what was signed long ago. Raises Forged, ValueError, LookupError."""
    if not key or service.name not in FRESH:
        return
    if service.name == "resend":
        _check_svix(key, request)
    signed = _SIGNED_AT[service.name](request)
    if abs(time.time() - float(signed)) > FRESH[service.name]:
        raise Forged("it was signed too long ago")


_SIGNED_AT: Mapping[str, Callable[[HttpRequest], str]] = {
    "mailgun": lambda request: str(_signature_block(request)["timestamp"]),
    "sendgrid": lambda request: request.headers["X-Twilio-Email-Event-Webhook-Timestamp"],
    "resend": lambda request: request.headers["svix-timestamp"],
}


def _signature_block(request: HttpRequest) -> Any:
    """Mailgun's events of old, in a form, are not taken: nobody has sent them since 2018."""
    return json.loads(request.body)["signature"]


def _check_svix(key: str, request: HttpRequest) -> None:
    """Check one of the signatures: https://docs.svix.com/receiving/verifying-payloads/how-manual.

    Raises Forged.
    """
    try:
        secret = base64.b64decode(key.removeprefix("whsec_"))
        head = f"{request.headers['svix-id']}.{request.headers['svix-timestamp']}.".encode()
        given = request.headers["svix-signature"].split()
    except (binascii.Error, KeyError) as error:
        raise Forged(f"no signature that can be read: {error}") from None
    right = b"v1," + base64.b64encode(hmac.digest(secret, head + request.body, "sha256"))
    if not any(hmac.compare_digest(right, each.encode()) for each in given):
        raise Forged("the signature is wrong")


def _read_event(service: Service, event: AnymailTrackingEvent, now: datetime) -> Told | None:
    found = meaning(service.name, event)
    if not found.kind:
        return None
    at = _time_of(service, event, now)
    delivery, ours = _delivery(event)
    ref = clean(event.message_id, 200)
    if not ours or not (delivery or ref):
        return None
    text = event.mta_response or event.description or ""
    text = str(event.click_url or "") if found.kind.endswith("clicked") else str(text)
    return Told(
        delivery,
        ref,
        found.kind,
        at,
        _key(service, event, found.kind, at),
        code_of(found, text),
        clean(text, LONGEST_TEXT),
        found.soft,
        clean(event.user_agent or (service.label if service.name in SORTS else ""), LONGEST_AGENT),
        "" if delivery else clean(json.dumps(event.esp_event, default=str), LONGEST_RAW),
    )


def _delivery(event: AnymailTrackingEvent) -> tuple[int | None, bool]:
    """Give the delivery, and whether it may be ours: what names another program's is not."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    if reference.FIELD in metadata:
        try:
            return reference.read(str(metadata[reference.FIELD])), True
        except BadToken:
            return None, False
    for tag in event.tags if isinstance(event.tags, list) else []:
        try:
            return reference.read(str(tag)), True
        except BadToken:
            continue
    return None, True


def _time_of(service: Service, event: AnymailTrackingEvent, now: datetime) -> datetime:
    """Give when it happened, by the service's clock, as far as that can be."""
    at = event.timestamp
    if service.name == "amazon_ses":  # Anymail gives the time of the notification
        at = _amazon_time(event.esp_event) or at
    if not isinstance(at, datetime):
        return now
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if now - OLDEST < at <= now else now


def _amazon_time(raw: Mapping[str, Any]) -> datetime | None:
    kind = str(raw.get("eventType") or raw.get("notificationType") or "")
    told = raw.get(kind[:1].lower() + kind[1:])
    try:
        return datetime.fromisoformat(told["timestamp"]) if isinstance(told, dict) else None
    except (KeyError, TypeError, ValueError):
        return None


def _key(service: Service, event: AnymailTrackingEvent, kind: str, at: datetime) -> str:
    """Give what makes it the same event when it is told twice: the service's id, or all it says."""
    if event.event_id:
        return clean(event.event_id, 120)
    stamp = event.timestamp or ""
    said = (service.name, kind, stamp, event.message_id, event.recipient, event.click_url)
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()
