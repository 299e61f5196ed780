"""What became of one attempt to hand a message over. Outcomes are values; bugs are exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Blame(StrEnum):
    """Whose fault a refusal is. Only `ADDRESS` ever puts anybody on the Unsubscribes list."""

    ADDRESS = "address"  # this mailbox or number does not exist
    RECIPIENT = "recipient"  # this person's mailbox cannot take it now, or takes nothing from us
    MESSAGE = "message"  # what we said: too large, refused content
    SENDER = "sender"  # our way out: cannot connect, login refused, relaying denied


@dataclass(frozen=True, slots=True)
class Later:
    """A fact the provider already knows will happen; only the sandbox knows the future.

    after: seconds from acceptance. kind: a fact of `core.delivery.status.FACTS`,
    or `reply` for an inbound SMS, with its words in `text`.
    """

    after: float
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider or receiving server took responsibility. ref: its own id for the message."""

    ref: str
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider said no.

    permanent: never try again. code: enhanced status (`5.1.1`), or a short word (`connect`,
    `tls`, `login`). text: the server's own words. retry_after: seconds, where the server said.
    """

    permanent: bool
    code: str
    text: str
    blame: Blame = Blame.RECIPIENT
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The connection broke after the message was handed over and before the answer came."""

    text: str


Outcome = Accepted | Refused | Unsure
