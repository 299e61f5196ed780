"""From deliveries that ended alike to groups with one cause: each delivery is in exactly one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from sendout.core.bounces import verdicts as v
from sendout.core.bounces.blockers import Blocker, who_blocks
from sendout.core.bounces.codes import judge
from sendout.core.bounces.verdicts import Verdict
from sendout.core.delivery.status import FAILED, Status


class Why(StrEnum):
    """What stood in the way, as the staff has to do something else about each."""

    NO_MAILBOX = "no_mailbox"
    NO_DOMAIN = "no_domain"
    FULL = "full"
    BLOCKED = "blocked"
    TOO_FAST = "too_fast"
    CONTENT = "content"
    PROOF = "proof"  # from-address, SPF, DKIM, DMARC
    POLICY = "policy"
    LOOP = "loop"
    GAVE_UP = "gave_up"  # no try is left
    UNREACHABLE = "unreachable"
    GREYLIST = "greylist"
    SIGN_IN = "sign_in"
    SENDER_DOWN = "sender_down"
    OTHER = "other"


BY_VERDICT: dict[Verdict, Why] = {
    v.UNREACHED: Why.SENDER_DOWN,
    v.UNNAMED: Why.SENDER_DOWN,
    v.UNENCRYPTED: Why.SENDER_DOWN,
    v.TURNED_AWAY: Why.SENDER_DOWN,
    v.SIGN_IN_REFUSED: Why.SIGN_IN,
    v.SIGN_IN_MISSING: Why.SIGN_IN,
    v.NO_RELAY: Why.SIGN_IN,
    v.FROM_REFUSED: Why.PROOF,
    v.UNPROVEN: Why.PROOF,
    v.BLOCKED: Why.BLOCKED,
    v.TOO_FAST: Why.TOO_FAST,
    v.MISUNDERSTOOD: Why.OTHER,
    v.TOO_LARGE: Why.CONTENT,
    v.REFUSED_CONTENT: Why.CONTENT,
    v.UNREADABLE: Why.CONTENT,
    v.NO_DOMAIN: Why.NO_DOMAIN,
    v.MISSPELT: Why.NO_MAILBOX,
    v.MOVED: Why.NO_MAILBOX,
    v.NO_MAILBOX: Why.NO_MAILBOX,
    v.NO_NUMBER: Why.NO_MAILBOX,
    v.CLOSED: Why.NO_MAILBOX,
    v.FULL: Why.FULL,
    v.SECOND_TRY: Why.GREYLIST,
    v.CIRCLE: Why.LOOP,
    v.TOO_LONG: Why.GAVE_UP,
    v.OUT_OF_REACH: Why.UNREACHABLE,
    v.OUT_OF_ORDER: Why.UNREACHABLE,
    v.OWN_RULES: Why.POLICY,
    v.NO_MORE: Why.UNREACHABLE,
    v.NO_SUCH_NUMBER: Why.NO_MAILBOX,
    v.STOPPED: Why.POLICY,
    v.PHONE_OFF: Why.GAVE_UP,
    v.BARRED: Why.POLICY,
    v.FILTERED: Why.CONTENT,
    v.BAD_TEXT: Why.CONTENT,
    v.UNREGISTERED: Why.PROOF,
    v.NO_COUNTRY: Why.POLICY,
    v.SMS_BUSY: Why.TOO_FAST,
    v.NOT_FOR_NOW: Why.UNREACHABLE,
    v.OPERATOR_BLOCKS: Why.BLOCKED,
    v.TEXT_REFUSED: Why.OTHER,
    v.NO: Why.OTHER,
    v.LATER: Why.OTHER,
}
OWN_CODES = {"settings": Why.SIGN_IN, "content": Why.CONTENT, "unsure": Why.UNREACHABLE}
# What a server said that asked to come again, until no try was left.
_UNTIL_THE_END = (Why.UNREACHABLE, Why.GREYLIST, Why.OTHER)

FAILING, WAITING, UNKNOWN, SKIPPED, CANCELLED, REST = (
    "failed", "later", "unknown", "skipped", "cancelled", "rest",
)  # fmt: skip
STAGES = (FAILING, WAITING, UNKNOWN, SKIPPED, CANCELLED, REST)
_DIFFERS = re.compile(r"(?<![^ \n])[^ \n]*[@0-9][^ \n]*")  # from the beginning of a word on


@dataclass(frozen=True, slots=True)
class Alike:
    """So many deliveries with the same status, reason, code and domain, and like words.

    shape: the server's words without whatever differs from one message to the next. example: of
    the words themselves. since: when the first of these was refused. next_try: the first of them.
    looked_at: False for those of which no more is known than their number.
    """

    status: str
    n: int
    domain: str = ""
    skip_reason: str = ""
    code: str = ""
    shape: str = ""
    example: str = ""
    since: datetime | None = None
    next_try: datetime | None = None
    looked_at: bool = True

    @property
    def key(self) -> str:
        """The cause that these are listed under."""
        if not self.looked_at:
            return f"{REST}-{self.status}"
        if self.status == Status.SKIPPED:
            return f"{SKIPPED}-{self.skip_reason}"
        if self.status in FAILED:
            return f"{FAILING}-{why_failed(self.code, self.shape)}"
        if self.status == Status.DEFERRED:
            return f"{WAITING}-{why_of(self.code, self.shape)}"
        return self.status


@lru_cache(maxsize=4_000)
def key_of(status: str, code: str, text: str) -> str:
    """Give the cause that a delivery is listed under. text: the words of a server, up to 500."""
    return Alike(status, 1, code=code, shape=shape_of(text)).key


def shape_of(text: str) -> str:
    """Leave out what differs from one message to the next: addresses, ids, times, links."""
    return _DIFFERS.sub("#", text)


@lru_cache(maxsize=1_000)
def why_of(code: str, shape: str) -> Why:
    """Say what a refusal is about."""
    return OWN_CODES.get(code) or BY_VERDICT[judge(code, shape)]


def why_failed(code: str, shape: str) -> Why:
    """Say what a refusal is about that was the last one; after one for now, no try was left."""
    why = why_of(code, shape)
    return Why.GAVE_UP if code.startswith("4") and why in _UNTIL_THE_END else why


@dataclass(slots=True)
class Group:
    """Deliveries with one cause. n: how many. domains, blockers: how many of each.

    example: a server's words about the largest part. since, next_try: the first.
    """

    key: str
    n: int = 0
    domains: Counter[str] = field(default_factory=Counter)
    blockers: dict[str, Block] = field(default_factory=dict)
    example: str = ""
    since: datetime | None = None
    next_try: datetime | None = None

    @property
    def stage(self) -> str:
        """Whether these failed, wait, were skipped, ..."""
        return self.key.partition("-")[0]

    @property
    def why(self) -> str:
        """What stood in the way: a `Why`, the reason for skipping, or nothing."""
        return self.key.partition("-")[2]

    def add(self, alike: Alike) -> None:
        """Count these in; the largest part comes first and gives the example."""
        self.n += alike.n
        self.domains[alike.domain] += alike.n
        self.example = self.example or alike.example
        self.since = _earlier(self.since, alike.since)
        self.next_try = _earlier(self.next_try, alike.next_try)
        if self.why == Why.BLOCKED:
            blocker = who_blocks(alike.domain, alike.example)
            block = self.blockers.setdefault(blocker.name, Block(blocker, alike.example))
            block.n += alike.n
            block.since = _earlier(block.since, alike.since)


@dataclass(slots=True)
class Block:
    """How many one blocker turned away, since when, and its words about the largest part."""

    by: Blocker
    example: str
    n: int = 0
    since: datetime | None = None


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    return min(a, b) if a and b else a or b


def gather(found: Iterable[Alike]) -> list[Group]:
    """Put what ended alike into groups: by stage, most frequent first."""
    groups: dict[str, Group] = {}
    for alike in sorted(found, key=lambda each: (-each.n, each.domain, each.code, each.example)):
        if alike.n > 0:
            groups.setdefault(alike.key, Group(alike.key)).add(alike)
    return sorted(groups.values(), key=lambda g: (STAGES.index(g.stage), -g.n, g.key))
