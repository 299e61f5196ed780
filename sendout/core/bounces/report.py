"""What a mail that came back says, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sendout.core.bounces.verdicts import Cause

Kind = Literal["bounce", "delivered", "complaint", "auto_reply", "challenge", "unknown"]
Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained", "opt_out"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """What became of the message to one address.

    address: as the report names it, "" when it does not. hard: refused for good, and not by what
    passes by itself (a full mailbox, a server out of reach). code: enhanced status (`5.1.1`) or "".
    text: the server's own words, shortened. plain: one sentence for the staff, in English;
    `causes.plain(code or cause, language, text)` has it in French.
    """

    address: str
    action: Action
    hard: bool
    cause: Cause
    code: str = ""
    text: str = ""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """What the report says about the message it is about; anybody can write anything here.

    message_id: with its angle brackets. return_path: a bare address. feedback_type, feedback_id,
    source_ip and user_agent come with complaints (RFC 5965 section 3).
    """

    message_id: str = ""
    recipient: str = ""
    return_path: str = ""
    sender: str = ""
    subject: str = ""
    feedback_type: str = ""
    feedback_id: str = ""
    source_ip: str = ""
    user_agent: str = ""
    list_unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail is about. A `bounce` has at least one recipient who failed or is delayed.

    A `delivered` mail has neither. `auto_reply`, `challenge` and `unknown` name nobody.
    """

    kind: Kind
    reports: tuple[Recipient, ...] = ()
    original: Original = field(default_factory=Original)
