"""The address at which a service tells what became of a sender's messages, and its secret."""

from __future__ import annotations

import hmac
import secrets
import time
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Q

from sendout.senders.models import Channel, Hook, Sender
from sendout.senders.vault import CannotUnseal, seal, unseal

NOTED = timedelta(minutes=1)  # how exactly `heard_at` is kept
TRUSTED = 5.0  # seconds


def address_of(sender: Sender) -> str:
    """Give the address, made at the first need. Raises CannotUnseal."""
    hook, is_new = Hook.objects.get_or_create(sender=sender, defaults={"secret": _new_secret()})
    if is_new:
        _known.cache_clear()
    return f"{settings.URL}/hooks/{door_of(sender)}/{sender.pk}/{_read(hook.secret)}/"


def door_of(sender: Sender) -> str:
    """Name the door at which a sender's provider knocks: "esp" or "sms"."""
    return sender.channel if sender.channel == Channel.SMS else sender.kind


def renew(sender: Sender) -> None:
    """Make another address; the one before is no longer known, elsewhere within `TRUSTED`."""
    Hook.objects.update_or_create(
        sender=sender, defaults={"secret": _new_secret(), "heard_at": None}
    )
    _known.cache_clear()


def find_sender(door: str, pk: int, secret: str) -> Sender | None:
    """Give the sender whose address this is, as it was at most `TRUSTED` seconds ago."""
    sender, known = _known(door, pk, int(time.monotonic() // TRUSTED))
    right = hmac.compare_digest(known.encode(), secret.encode())
    return sender if known and right else None


@lru_cache(maxsize=1024)
def _known(door: str, pk: int, moment: int) -> tuple[Sender | None, str]:
    """Read a sender with its secret, once in a moment: services post hundreds of times a second."""
    query = Hook.objects.select_related("sender__organisation")
    hook = query.filter(sender=pk).first()
    if hook is None or door_of(hook.sender) != door:
        return None, ""
    try:
        return hook.sender, _read(hook.secret)
    except CannotUnseal:
        return None, ""


def note_heard(sender: int, now: datetime) -> None:
    """Note that events came for this sender."""
    old = Q(heard_at__isnull=True) | Q(heard_at__lt=now - NOTED)
    Hook.objects.filter(old, sender=sender).update(heard_at=now)


def _new_secret() -> str:
    return seal({"secret": secrets.token_urlsafe(24)})


@lru_cache(maxsize=256)
def _read(sealed: str) -> str:
    return str(unseal(sealed)["secret"])
