"""The address at which services tell what became of messages: proved, committed, then answered."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import requests
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sendout.inbound.esp.reading import Forged, Malformed, read, service_of
from sendout.inbound.waiting import keep
from sendout.senders.hooks import find_sender
from sendout.senders.models import Sender

logger = logging.getLogger(__name__)

# https://docs.aws.amazon.com/general/latest/gr/sns.html; nothing else is ever asked.
AMAZON = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/\?[\x21-\x7e]+")
CONFIRMING = 10.0  # seconds


# Services post without a cookie; the secret in the address and their signature are the proof.
@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def esp(request: HttpRequest, sender: int, secret: str) -> HttpResponse:
    """Take events in. Some services look first, with HEAD, whether anybody is there."""
    found = find_sender("esp", sender, secret)
    if found is None:
        return refuse(sender, 404, "nobody has this address")
    if request.method == "HEAD":
        return HttpResponse()
    if _wants_confirmation(found, request):
        return _confirm(found, request)
    address = f"{settings.URL}{request.path}"
    try:
        told = read(found, request, address, timezone.now())
    except Forged as why:
        return refuse(sender, 403, str(why))
    except Malformed as why:
        return refuse(sender, 400, str(why))
    keep(found.pk, told)
    return HttpResponse()


esp.access = "public: the secret in its address"  # type: ignore[attr-defined]


def refuse(sender: int, status: int, why: str) -> HttpResponse:
    """Answer no. The log says why, and not to whom it does not concern."""
    facts = {"sender": sender, "status": status, "why": " ".join(why.split())[:300]}
    logger.warning("events of a service were refused", extra=facts)
    return HttpResponse(status=status)


def _wants_confirmation(sender: Sender, request: HttpRequest) -> bool:
    kind = request.headers.get("x-amz-sns-message-type")
    return service_of(sender).name == "amazon_ses" and kind == "SubscriptionConfirmation"


def _confirm(sender: Sender, request: HttpRequest) -> HttpResponse:
    """Say yes to Amazon SNS, which asks once whether its topic may post here."""
    try:
        told: Any = json.loads(request.body)
        url = str(told["SubscribeURL"])
    except (KeyError, TypeError, ValueError):
        return refuse(sender.pk, 400, "a confirmation without an address")
    if not AMAZON.fullmatch(url):
        return refuse(sender.pk, 403, "the confirmation leads elsewhere than to Amazon")
    try:
        requests.get(url, timeout=CONFIRMING, allow_redirects=False).raise_for_status()
    except requests.RequestException as error:
        return refuse(
            sender.pk, 503, f"Amazon did not take the confirmation: {type(error).__name__}"
        )
    logger.info("confirmed a topic of Amazon SNS", extra={"sender": sender.pk})
    return HttpResponse()
