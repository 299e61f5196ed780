"""The one pure function from facts to status, and the SQL that says the same.

A delivery's status is never assigned: it is computed from facts that are set once. `TABLE` lists
what each fact proves, strongest first; both `status()` and `status_sql()` are read off it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where one delivery stands; the words for people are in `LABELS`.

    SENDING is no fact of the delivery: it is what its batch holds in hand (`deliveries.hold`).
    CARRIED: the message of another one of the family says this, too; what becomes of that one is so
    for both.
    """

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DEFERRED = "deferred"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ERROR = "error"
    SKIPPED = "skipped"
    CARRIED = "carried"
    CANCELLED = "cancelled"


LABELS = {
    Status.QUEUED: "Queued",
    Status.SENDING: "Sending...",
    Status.UNKNOWN: "Outcome unknown",
    Status.DEFERRED: "Will retry",
    Status.SENT: "Sent",
    Status.DELIVERED: "Delivered",
    Status.OPENED: "Opened",
    Status.CLICKED: "Clicked",
    Status.REPLIED: "Replied",
    Status.BOUNCED: "Bounced",
    Status.COMPLAINED: "Marked as spam",
    Status.ERROR: "Error",
    Status.SKIPPED: "Skipped",
    Status.CARRIED: "With the family",
    Status.CANCELLED: "Cancelled",
}

# What proves that a message was taken, so that it is charged. A failure proves nothing of the kind.
CHARGED = (
    "accepted_at",
    "delivered_at",
    "opened_at",
    "clicked_at",
    "replied_at",
    "complained_at",
)

MOVING = (Status.QUEUED, Status.SENDING, Status.DEFERRED, Status.UNKNOWN)
ARRIVED = (Status.DELIVERED, Status.OPENED, Status.CLICKED, Status.REPLIED, Status.COMPLAINED)
FAILED = (Status.BOUNCED, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one delivery. Times are the earliest seen; numbers are the highest seen.

    attempt: the highest attempt that anything was told of. answered: the highest attempt that got a
    temporary refusal. unsure: the highest attempt whose answer was never heard.
    """

    accepted_at: datetime | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    machine_opened_at: datetime | None = None
    clicked_at: datetime | None = None
    machine_clicked_at: datetime | None = None
    replied_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    bounced_at: datetime | None = None
    complained_at: datetime | None = None
    failed_at: datetime | None = None
    skipped_at: datetime | None = None
    carried_at: datetime | None = None
    cancelled_at: datetime | None = None
    attempt: int = field(default=0)
    answered: int = field(default=0)
    unsure: int = field(default=0)


TIMES = tuple(f.name for f in fields(Facts) if f.name.endswith("_at"))
NUMBERS = ("attempt", "answered", "unsure")

# An event's kind -> the time it sets. Kinds outside this table are noted and prove nothing.
FACTS = {name.removesuffix("_at"): name for name in TIMES}

TABLE: tuple[tuple[Status, str, Callable[[Facts], bool]], ...] = (
    (Status.COMPLAINED, "complained_at IS NOT NULL", lambda f: f.complained_at is not None),
    (Status.BOUNCED, "bounced_at IS NOT NULL", lambda f: f.bounced_at is not None),
    (Status.REPLIED, "replied_at IS NOT NULL", lambda f: f.replied_at is not None),
    (Status.CLICKED, "clicked_at IS NOT NULL", lambda f: f.clicked_at is not None),
    (Status.OPENED, "opened_at IS NOT NULL", lambda f: f.opened_at is not None),
    (Status.DELIVERED, "delivered_at IS NOT NULL", lambda f: f.delivered_at is not None),
    (Status.SENT, "accepted_at IS NOT NULL", lambda f: f.accepted_at is not None),
    (Status.ERROR, "failed_at IS NOT NULL", lambda f: f.failed_at is not None),
    (Status.SKIPPED, "skipped_at IS NOT NULL", lambda f: f.skipped_at is not None),
    (Status.CARRIED, "carried_at IS NOT NULL", lambda f: f.carried_at is not None),
    (Status.CANCELLED, "cancelled_at IS NOT NULL", lambda f: f.cancelled_at is not None),
    (Status.DEFERRED, "attempt > 0 AND answered >= attempt", lambda f: 0 < f.attempt <= f.answered),
    (Status.UNKNOWN, "attempt > 0 AND unsure >= attempt", lambda f: 0 < f.attempt <= f.unsure),
)


def status(facts: Facts) -> Status:
    """Give the status that the facts prove: the first line of `TABLE` that holds."""
    for name, _, holds in TABLE:
        if holds(facts):
            return name
    return Status.QUEUED


def status_sql(prefix: str = "") -> str:
    """Give the same as a SQL expression over columns named like the facts."""
    cases = "\n".join(
        f"    WHEN {_prefixed(condition, prefix)} THEN '{name}'" for name, condition, _ in TABLE
    )
    return f"CASE\n{cases}\n    ELSE '{Status.QUEUED}'\nEND"


def _prefixed(condition: str, prefix: str) -> str:
    words = (prefix + w if w in TIMES or w in NUMBERS else w for w in condition.split(" "))
    return " ".join(words)


def _earliest(a: datetime | None, b: datetime | None) -> datetime | None:
    if a is None or b is None:
        return a or b
    return min(a, b)


def merge(a: Facts, b: Facts) -> Facts:
    """Put two sets of facts together: earliest times, highest numbers.

    Commutative, associative and idempotent, so receipts may come twice and in any order.
    """
    merged: dict[str, Any] = {n: _earliest(getattr(a, n), getattr(b, n)) for n in TIMES}
    merged |= {n: max(getattr(a, n), getattr(b, n)) for n in NUMBERS}
    return Facts(**merged)
