"""Whether a way out works: while it is down nobody tries it, and the staff sees why."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from sendout.senders.models import Sender

REST = 30.0  # seconds until a sender that is down is tried again


def mark_down(sender: int, why: str, seconds: float = REST) -> None:
    """Let this sender rest for some seconds; why: one sentence for the staff."""
    until = timezone.now() + timedelta(seconds=seconds)
    Sender.objects.filter(pk=sender).update(down_until=until, down_reason=why)


def mark_up(sender: int) -> None:
    """Forget that it was down; costs nothing when it was not."""
    Sender.objects.filter(pk=sender, down_until__isnull=False).update(
        down_until=None, down_reason=""
    )


def seconds_down(sender: Sender) -> float:
    """Seconds until this sender may be tried again; 0 when it may be now."""
    if sender.down_until is None:
        return 0.0
    return max(0.0, (sender.down_until - timezone.now()).total_seconds())
