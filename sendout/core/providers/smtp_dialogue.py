"""The form of a talk with an SMTP server, and the count of what was handed over in it.

A dialogue is a generator: it yields what to say, how many replies to wait for and for how long,
and is sent the replies. Where the connection ended, the list is cut short and ends with `GONE`.
So a wait costs no turn of the event loop, and every answer of a server can be tried in a test.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from sendout.core.delivery.outcome import Outcome, Unsure
from sendout.core.providers.base import Answer, Envelope

T = TypeVar("T")

Step: TypeAlias = tuple[bytes, int, int, float]
"""Bytes to write; replies to wait for, 0 to wait until the bytes have left (or replies come
before that); replies that are due in all; seconds to wait."""

Dialogue: TypeAlias = Generator[Step, list[bytes], T]

RESET = b"RSET\r\n"
UNSURE = Unsure("The connection ended after the message was handed over, before the answer came.")


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for an answer, in the proportions of RFC 5321 section 4.5.3.2."""

    command: float
    block: float
    end: float

    @classmethod
    def scaled(cls, command: float) -> Waits:
        """Scale all by the wait for an ordinary command (5 minutes in the RFC)."""
        return cls(command=command, block=command * 0.6, end=command * 2)


@dataclass(slots=True)
class Tally:
    """What became of the messages of one connection.

    most: messages after which the server wants a new connection, 0 when not known; learned when
    the server says so. handed: messages with an outcome. over: nothing more can be sent here.
    out_of_step: the answers do not fit what was said, so the connection is to be dropped at once.
    no_chunks: the server offers CHUNKING and does not know it.
    """

    most: int = 0
    handed: int = 0
    over: bool = False
    out_of_step: bool = False
    no_chunks: bool = False

    def tell(self, envelope: Envelope, outcome: Outcome, answer: Answer) -> None:
        """Give a message its outcome, and note when it was the last that this connection takes."""
        self.handed += 1
        if self.handed == self.most:
            self.over = True
        answer(envelope, outcome)

    def full(self, on_their_way: int) -> bool:
        """Tell whether no message may follow those that have no outcome yet."""
        if self.most and self.handed + on_their_way >= self.most:
            self.over = True
        return self.over

    def learn_most(self) -> None:
        """Note that the server takes no more messages on a connection than it took on this one."""
        self.over = True
        if self.handed:
            self.most = self.handed
