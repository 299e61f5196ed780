"""The address at which a provider of SMS calls us: proved, committed, then answered."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sendout.core.providers.base import Provider
from sendout.core.providers.callback import Call, CallsBack, Forged, Malformed
from sendout.core.providers.heard import Heard
from sendout.core.providers.setting import BadConfig
from sendout.core.tokens import BadToken
from sendout.inbound.esp.view import refuse
from sendout.inbound.sms.take import take_in
from sendout.senders.hooks import find_sender, note_heard
from sendout.senders.models import Sender
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import made_of, provider_of

MOST_BYTES = 64_000  # of a request; a text has 2,000 characters at most

logger = logging.getLogger(__name__)


# Providers call without a cookie; the secret in the address and their signature are the proof.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def sms(request: HttpRequest, sender: int, secret: str, name: str = "") -> HttpResponse:
    """Take in a receipt or a text. name: our own of the delivery, where the address had one."""
    found = find_sender("sms", sender, secret)
    provider = _provider(found) if found else None
    if found is None or not isinstance(provider, CallsBack):
        return refuse(sender, 404, "nobody has this address")
    if request.method not in provider.methods:
        return HttpResponseNotAllowed(sorted(provider.methods))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return refuse(sender, 413, "the request is too long")
    now = timezone.now()
    try:
        heard = _hear(provider, _call(request, name), now)
    except Forged as why:
        return refuse(sender, 403, str(why))
    except Malformed as why:
        return refuse(sender, 400, str(why))
    take_in(found, heard)
    note_heard(found.pk, now)
    kind, body = provider.thanks
    return HttpResponse(body, content_type=kind)


sms.access = "public: the secret in its address"  # type: ignore[attr-defined]


def _call(request: HttpRequest, name: str) -> Call:
    headers = {each.lower(): value for each, value in request.headers.items()}
    url = f"{settings.URL}{request.get_full_path()}"
    return Call(request.method or "", url, name, headers, request.body)


def _hear(provider: CallsBack, call: Call, now: datetime) -> list[Heard]:
    """Prove a call and read it; a message that we did not name is another program's, and no news.

    Raises Forged, Malformed.
    """
    provider.verify(call, now)
    try:
        return provider.hear(call)
    except BadToken:
        logger.info("a receipt named a message that is not ours")
        return []


def _provider(sender: Sender) -> Provider | None:
    """Give the sender's provider, made once for its settings."""
    try:
        return _made(_Key(sender, (sender.pk, *made_of(sender))))
    except (BadConfig, CannotUnseal):
        return None


class _Key:
    """A sender that is the same as another with the same settings."""

    def __init__(self, sender: Sender, same: object) -> None:
        self.sender = sender
        self._same = same

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._same == other._same

    def __hash__(self) -> int:
        return hash(self._same)


@lru_cache(maxsize=256)
def _made(key: _Key) -> Provider:
    return provider_of(key.sender)
