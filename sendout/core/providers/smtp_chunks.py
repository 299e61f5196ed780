"""Handing messages over by BDAT (RFC 3030), several of them on their way at once.

With DATA the server must say "go on" for each message, so a message costs a round trip. Here
RSET, MAIL, RCPT and BDAT with the whole text are one piece, and the next piece follows before the
answers to the last one are there. RSET, since after a refused BDAT it is open what the server
still holds (RFC 3030 section 2), and no text may ever go to the recipient of another; RSET itself
cannot be refused (RFC 5321 section 4.1.1.5).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sendout.core.delivery.outcome import Accepted
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smtp_dialogue import RESET, UNSURE, Dialogue, Tally, Waits
from sendout.core.providers.smtp_envelope import ended, pieces, sendable
from sendout.core.providers.smtp_replies import (
    GONE,
    Extensions,
    Reply,
    kind,
    reference,
    refused,
    says_goodbye,
    too_many_messages,
)

FEWEST = 8  # messages on their way where the round trip costs nothing
MOST = 64  # messages on their way, and so possibly unsure when the connection breaks
BYTES = 1_048_576  # on their way; one message may go beyond
GROUP = 65_536  # bytes of one write; one message may go beyond
FAREWELL = 5.0  # seconds given to a server to hang up after it said goodbye


def window(round_trip: float) -> int:
    """Say how many messages may be on their way, with a round trip of so many seconds.

    About one for each millisecond: a connection then takes 1,000 messages a second from afar,
    and a break near by leaves few of them unsure.
    """
    return min(MOST, FEWEST + int(round_trip * 1000))


@dataclass(slots=True)
class _Flight:
    """A message on its way. due: replies to its piece; the last three are always those to MAIL,
    RCPT and BDAT."""

    envelope: Envelope
    size: int
    due: int
    replies: list[Reply] = field(default_factory=list)

    @property
    def bad(self) -> Reply:
        """Give the first reply that is not a yes."""
        return next((reply for reply in self.replies if reply[:1] != b"2"), GONE)


class Chunks:
    """Hands messages over on one connection, up to `messages` on their way at once."""

    def __init__(
        self, extensions: Extensions, waits: Waits, most: int = 0, messages: int = MOST
    ) -> None:
        self.tally = Tally(most)
        self._extensions = extensions
        self._waits = waits
        self._messages = messages
        self._flights: deque[_Flight] = deque()
        self._bytes = 0  # of the flights
        self._due = 0  # replies to the flights
        self._leaving: _Flight | None = None  # its end is not known to have left
        self._reset = False  # whether the server may hold something of a refused message
        self._goodbye = False

    def deliver(self, envelopes: Iterable[Envelope], answer: Answer) -> Dialogue[None]:
        """Hand the envelopes over in order, as many at once as the window lets."""
        waiting = sendable(envelopes, self._extensions, answer)
        while True:
            group = self._board(waiting)
            if group:
                for text in _writes(group):
                    replies = yield text, 0, self._due, self._waits.block
                    while replies:
                        if not self._land(replies, answer):
                            return
                        replies = yield b"", 0, self._due, self._waits.block
                self._leaving = None
            elif self._flights:
                wait = FAREWELL if self._goodbye else self._waits.end
                replies = yield b"", 1, self._due, wait
                if not self._land(replies, answer):
                    return
            else:
                return

    def _board(self, waiting: Iterator[tuple[Envelope, bytes]]) -> list[bytes]:
        """Give what is written next: the pieces of the messages for which there is room."""
        group: list[bytes] = []
        flights, size = self._flights, 0
        while len(flights) < self._messages and self._bytes < BYTES and size < GROUP:
            if self.tally.full(len(flights)) or (following := next(waiting, None)) is None:
                break
            envelope, commands = following
            text, tail = ended(envelope.content), envelope.tail
            whole = len(text) + len(tail)
            reset = self._reset or bool(flights)
            self._reset = False
            begin = b"BDAT %d LAST\r\n" % whole
            group += (RESET if reset else b"", commands, begin, text, tail)
            flight = _Flight(envelope, whole, 4 if reset else 3)
            flights.append(flight)
            self._leaving = flight
            self._due += flight.due
            self._bytes += flight.size
            size += flight.size
        return group

    def _land(self, replies: Sequence[Reply], answer: Answer) -> bool:
        """Give each reply to its message; False when the connection has ended."""
        flights = self._flights
        for reply in replies:
            if not reply or not flights:
                self._lose(answer)
                return False
            flight = flights[0]
            flight.replies.append(reply)
            self._due -= 1
            # One that goes on after a 421 did not mean it.
            self._goodbye = says_goodbye(reply)
            self.tally.over = self.tally.over or self._goodbye
            if len(flight.replies) == flight.due:
                flights.popleft()
                self._bytes -= flight.size
                self._settle(flight, answer)
                if self.tally.out_of_step:
                    self._lose(answer)
                    return False
        return True

    def _settle(self, flight: _Flight, answer: Answer) -> None:
        """Answer for a message to which all replies have come."""
        recipient, text = flight.replies[-2:]
        if kind(text) == b"2" and kind(recipient) == b"2":
            if flight is self._leaving:
                self.tally.out_of_step = True  # it cannot have taken what it has not got
                self.tally.tell(flight.envelope, UNSURE, answer)
                return
            ref = reference(text) or str(flight.envelope.delivery)
            self.tally.tell(flight.envelope, Accepted(ref), answer)
            return
        self._reset = True
        bad = flight.bad
        if bad is text and bad[:3] in (b"500", b"502"):
            # It takes the text for commands. Nothing was accepted; DATA will do.
            self.tally.no_chunks = self.tally.out_of_step = True
            return
        if bad[:1] == b"3":
            self.tally.out_of_step = True
        self._refuse(flight, bad, answer)

    def _refuse(self, flight: _Flight, bad: Reply, answer: Answer) -> None:
        """Answer for a message that was not taken, unless another connection may help.

        It may when the server wants to end this one, or does not even forget what it holds; not
        when this one never served anybody.
        """
        at_the_end = len(flight.replies) == flight.due and bad is flight.replies[-1]
        at_reset = flight.due == 4 and bad is flight.replies[0]
        if too_many_messages(bad) and not at_the_end:
            self.tally.learn_most()
        leave = says_goodbye(bad) or too_many_messages(bad) or at_reset
        self.tally.over = self.tally.over or leave
        if at_the_end or not leave or not self.tally.handed:
            self.tally.tell(flight.envelope, refused(bad), answer)

    def _lose(self, answer: Answer) -> None:
        """Answer for those on their way when the connection ended.

        After a goodbye the server takes nothing more (RFC 5321 section 3.8), and one whose end
        has not left is not whole over there: these may go on another connection.
        """
        self.tally.over = True
        flights, self._flights = self._flights, deque()
        for flight in flights:
            if flight.bad:
                self._refuse(flight, flight.bad, answer)
            elif not (self._goodbye or self.tally.no_chunks or flight is self._leaving):
                self.tally.tell(flight.envelope, UNSURE, answer)


def _writes(group: list[bytes]) -> Iterator[bytes]:
    """Write all at once, save for large files, which only the last message of a group may have."""
    if len(group[-1]) <= GROUP:
        yield b"".join(group)
    else:
        yield b"".join(group[:-1])
        yield from pieces(group[-1])
