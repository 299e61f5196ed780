"""What providers of SMS tell of themselves: receipts, and texts from phones.

However it comes (a request that was proved, an SMPP connection), a provider's file turns it into
these values; `inbound.sms` takes them in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sendout.core.delivery.outcome import Blame


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a text.

    kind: "delivered", "bounced" (for good), or another word, which is kept and changes no status.
    ref: the provider's id, as `Accepted.ref` gave it; empty when it did not come. delivery: our own
    reference, when it came back. at: aware; None when the provider does not say, then it is now.
    code, text: its words for a failure, the code in ours (5.1.1) where a table knows it. blame: who
    is at fault, None where only the code can tell. key: what makes it the same when it comes twice.
    phone, reference: by what else the text may be found, where `ref` was never heard: to whom it
    went, and the last 16 bits of our id.
    """

    kind: str
    key: str
    ref: str = ""
    delivery: int | None = None
    at: datetime | None = None
    code: str = ""
    text: str = ""
    blame: Blame | None = None
    phone: str = ""
    reference: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A text that came from a phone, whole.

    phone: who wrote, E.164 where it is a number. to: the number or name it was sent to.
    ref: the provider's id, which makes it the same when it comes twice.
    at: aware; None when the provider does not say, then it is now.
    """

    phone: str
    to: str
    text: str
    ref: str
    at: datetime | None = None


Heard = Receipt | Incoming
