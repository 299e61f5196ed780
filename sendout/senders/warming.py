"""A sender's warm-up: its beginning, how it stands today, and that in words."""

from __future__ import annotations

from datetime import datetime

from sendout.core.warmup import Warming
from sendout.senders.models import Sender

MOST = 10_000_000  # messages a day; whoever may send more needs no warm-up


class BadWarmup(ValueError):
    """These numbers are no warm-up; the text is one sentence for the staff."""


def put_warmup(sender: Sender, first: int, target: int, now: datetime) -> None:
    """Put a warm-up on the row, 0 and 0 for none; does not save. It begins when it is switched on.

    Raises BadWarmup.
    """
    if first < 0 or not first <= target <= MOST or bool(first) != bool(target):
        raise BadWarmup(
            "A warm-up needs two numbers: messages on its first day, and a larger number of "
            f"messages a day at which it ends, at most {MOST:,}."
        )
    if not first:
        sender.warmup_from = None
    elif sender.warmup_from is None:
        sender.warmup_from = now.astimezone(sender.organisation.zone).date()
    sender.warmup_first, sender.warmup_target = first, target


def warming_of(sender: Sender, now: datetime) -> Warming | None:
    """Give the warm-up as it stands today; None where there is none or it is over."""
    if not sender.warmup_first or sender.warmup_from is None:
        return None
    today = now.astimezone(sender.organisation.zone).date()
    sent = sender.warmup_sent if sender.warmup_day == today else 0
    day = max(0, (today - sender.warmup_from).days)
    found = Warming(sender.warmup_first, sender.warmup_target, day, sent)
    return None if found.today is None else found


def warmup_words(sender: Sender, now: datetime) -> str:
    """Say how the warm-up stands; empty where there is none or it is over."""
    found = warming_of(sender, now)
    if found is None:
        return ""
    tomorrow = found.left(1)
    then = "no limit from tomorrow" if tomorrow is None else f"{tomorrow:,} tomorrow"
    return (
        f"Warm-up: day {found.day + 1} of {found.days}, "
        f"{found.sent:,} of {found.today:,} sent today, {then}."
    )
