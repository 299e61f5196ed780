"""Limits for single domains of recipients, and rest from one whose server refuses everybody."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from sendout.core.delivery.outcome import Accepted, Outcome, Refused
from sendout.senders.models import Period, RecipientDomain, Sender

BURST_SECONDS = 5.0  # what fits into this at a domain's limit may leave at once
ENOUGH = 5  # refusals of one domain in one slice, and nobody taken, that close it
REST, LONGEST_REST = timedelta(minutes=5), timedelta(hours=4)
# Greylisting asks each recipient to come again: waiting with the others would only lose time.
_GREY = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)
_LIMIT = re.compile(
    r"(?P<domain>[^\s@]+\.[^\s@]+)\s+(?P<count>\d{1,7})\s*(?:/|per|a)\s*(?P<period>\w+)"
)

CLOSE = """
INSERT INTO senders_recipientdomain AS r
    (sender_id, domain, pace_count, pace_period, closed_until, strikes, why)
VALUES (%(sender)s, %(domain)s, 0, 'minute', %(until)s, 1, %(why)s)
ON CONFLICT (sender_id, domain) DO UPDATE SET why = EXCLUDED.why,
    strikes = CASE WHEN r.closed_until > %(now)s - %(longest)s THEN LEAST(r.strikes + 1, 10)
        ELSE 1 END,
    closed_until = CASE WHEN r.closed_until > %(now)s - %(longest)s
        THEN GREATEST(EXCLUDED.closed_until, %(now)s + LEAST(%(rest)s * 2 ^ r.strikes, %(longest)s))
        ELSE EXCLUDED.closed_until END
"""
OPEN = """
UPDATE senders_recipientdomain SET strikes = 0, closed_until = NULL, why = ''
WHERE sender_id = %(sender)s AND domain = ANY(%(domains)s) AND strikes > 0
"""


@dataclass(slots=True)
class _Heard:
    """What one slice heard from a domain. words: of those it refused for now."""

    taken: int = 0
    words: list[str] = field(default_factory=list)
    wait: float = 0.0


def domain_of(address: str) -> str:
    """Give the domain of an address, as rules name it."""
    return address.rpartition("@")[2].lower()


def learn(sender: int, told: Iterable[tuple[str, Outcome]], now: datetime) -> None:
    """Learn from the answers of a slice, by address, which domains to leave alone for a while.

    Call it only where there were refusals. When nobody at all was taken at several domains, the
    trouble is our way out and no domain's.
    """
    heard: dict[str, _Heard] = defaultdict(_Heard)
    for address, outcome in told:
        _hear(heard[domain_of(address)], outcome)
    taken = [domain for domain, said in heard.items() if said.taken]
    if taken:
        with connection.cursor() as cursor:
            cursor.execute(OPEN, {"sender": sender, "domains": sorted(taken)})
    if not taken and len(heard) > 1:
        return
    for domain, said in sorted(heard.items()):
        if not said.taken and len(said.words) >= ENOUGH:
            _close(sender, domain, said, now)


def _hear(said: _Heard, outcome: Outcome) -> None:
    match outcome:
        case Accepted() | Refused(permanent=True):
            said.taken += 1
        case Refused(code=code, text=text, retry_after=wait) if code[
            :1
        ].isdigit() and not _GREY.search(text):
            said.words.append(text)
            said.wait = max(said.wait, wait or 0.0)


def _close(sender: int, domain: str, said: _Heard, now: datetime) -> None:
    asked = timedelta(seconds=min(said.wait, LONGEST_REST.total_seconds()))  # any number at all
    values: dict[str, Any] = {
        "sender": sender,
        "domain": domain,
        "now": now,
        "until": now + max(REST, asked),
        "why": said.words[-1],
        "rest": REST,
        "longest": LONGEST_REST,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)


class BadLimit(ValueError):
    """A line of limits cannot be read; says which, why and how to write it."""


def read_limits(text: str) -> dict[str, tuple[int, str]]:
    """Read limits as people write them, one on a line: `gmail.com 100/minute`.

    Gives (count, period) by domain. Raises BadLimit.
    """
    found: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        read = _LIMIT.fullmatch(line.strip().lower())
        if read is None or read["period"] not in Period.values or not int(read["count"]):
            raise BadLimit(
                f"Line {number}: “{line.strip()[:80]}” is not a limit; write it like "
                f"“gmail.com 100/minute”, with {', '.join(Period.values)} as period."
            )
        if read["domain"] in found:
            raise BadLimit(f"Line {number}: {read['domain']} has a limit further up already.")
        found[read["domain"]] = int(read["count"]), read["period"]
    return found


def written_limits(sender: Sender) -> str:
    """Write the sender's limits as `read_limits` reads them."""
    rules = sender.recipient_domains.filter(pace_count__gt=0).order_by("domain")
    return "".join(f"{r.domain} {r.pace_count}/{r.pace_period}\n" for r in rules)


@transaction.atomic
def put_limits(sender: Sender, limits: dict[str, tuple[int, str]]) -> None:
    """Give the sender these limits and no others; what is closed stays so."""
    rules = sender.recipient_domains
    others = rules.exclude(domain__in=limits)
    others.filter(closed_until=None).delete()
    others.update(pace_count=0, pace_due=None)
    for domain, (count, period) in limits.items():
        rules.update_or_create(domain=domain, defaults={"pace_count": count, "pace_period": period})


def closed_now(sender: Sender, now: datetime) -> list[RecipientDomain]:
    """Give the domains that are left alone at the moment, the first to open again first."""
    return list(sender.recipient_domains.filter(closed_until__gt=now).order_by("closed_until"))


def reopen(sender: Sender, domain: str) -> bool:
    """Let messages go to a domain again at once; tells whether it was closed."""
    closed = sender.recipient_domains.filter(domain=domain, closed_until__isnull=False)
    return bool(closed.update(closed_until=None, strikes=0, why=""))
