"""Whether a way out works: while it is down nobody tries it, and the staff sees why."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from sendout.senders.models import Sender

REST = 30.0  # seconds until a sender that is down is tried again

logger = logging.getLogger(__name__)


def mark_down(sender: int, why: str, seconds: float = REST) -> datetime:
    """Let this sender rest for some seconds; why: one sentence for the staff. Gives until when."""
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    facts = {"down_until": until, "down_reason": why.replace("\0", "")}  # a server may say it
    rows = Sender.objects.filter(pk=sender)
    if rows.filter(down_since__isnull=True).update(down_since=now, **facts):
        logger.warning("sender is down", extra={"sender": sender, "why": why})
    else:
        rows.update(**facts)
    return until


def mark_up(sender: int) -> None:
    """Forget that it was down; costs nothing when it was not."""
    facts = {"down_since": None, "down_until": None, "down_reason": ""}
    if Sender.objects.filter(pk=sender, down_until__isnull=False).update(**facts):
        logger.warning("sender works again", extra={"sender": sender})


def seconds_down(sender: Sender) -> float:
    """Seconds until this sender may be tried again; 0 when it may be now."""
    if sender.down_until is None:
        return 0.0
    return max(0.0, (sender.down_until - timezone.now()).total_seconds())
