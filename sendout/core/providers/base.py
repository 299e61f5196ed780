"""What the engine asks of a provider, as small as it needs. Its user is `engine.lane`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sendout.core.delivery.outcome import Outcome, Refused


@dataclass(slots=True)  # frozen, it would take three times as long to make
class Envelope:
    """One message for one recipient, ready to leave. Nobody changes it.

    delivery: id of the delivery row, which also travels as our reference where the provider
    takes one. mail_from / to: bare addresses for email; sender number or name and an E.164
    number for SMS. content: a whole RFC 5322 message with CRLF line ends and no dot-stuffing
    for email; the text in UTF-8 for SMS. attempt: 1 for the first one. tail: how the message goes
    on behind its content, the same bytes for all recipients: its files, in plain lines. plain:
    whether the content, too, is known to be in such lines: ASCII, each with CRLF, none beginning
    with a dot.
    """

    delivery: int
    mail_from: str
    to: str
    content: bytes
    attempt: int = 1
    tail: bytes = b""
    plain: bool = False

    @property
    def size(self) -> int:
        """Bytes of the whole message."""
        return len(self.content) + len(self.tail)


Answer = Callable[[Envelope, Outcome], None]


class SenderDown(Exception):
    """This way out does not work at all now; nothing was handed over. `refusal` says why."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


class Connection(Protocol):
    """One open way to the provider, used by one slice at a time."""

    @property
    def usable(self) -> bool:
        """False once the other side hung up, said 421, or this connection's limit is reached."""
        ...

    async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
        """Hand the envelopes over in order; call `answer` at most once for each, when known.

        An envelope left without an answer was never handed over: the lane tries it on another
        connection. One that was handed over and never answered gets `Unsure` from here.
        Network trouble never raises; it makes the connection unusable. This holds when the call
        is cancelled too: what was being handed over is answered with `Unsure` before it raises.
        """
        ...

    async def close(self) -> None:
        """Say goodbye and let go; never raises."""
        ...


class Provider(Protocol):
    """A kind of way out with its settings. One file each; see `registry`."""

    channel: ClassVar[str]  # "email" or "sms"
    kind: ClassVar[str]  # "smtp", "sandbox", ...
    keeps_copy: ClassVar[bool]  # its messages are shown on the Outbox page
    chains: ClassVar[bool]  # its connections share slices, and go from one to the next

    async def connect(self) -> Connection:
        """Open one connection. Raises SenderDown with plain words when that cannot be done."""
        ...


Config = Mapping[str, str | int | bool | float]
