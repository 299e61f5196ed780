"""One session with an SMPP server: questions and their answers, signs of life, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sendout.core.providers.smpp_errors import TRY_AGAIN, UNKNOWN_COMMAND
from sendout.core.providers.smpp_hearing import Hear
from sendout.core.providers.smpp_pdu import (
    ANSWER,
    Command,
    Malformed,
    Message,
    Pdu,
    PduReader,
)

LOOK = 0.5  # seconds between two looks at the clock
LAST_NUMBER = 0x7FFF_FFFF  # section 3.2

Then = Callable[[Pdu | None], None]
"""What is done with an answer; None: it did not come in time, or the session ended."""


@dataclass(slots=True)
class _Asked:
    command: int
    then: Then
    until: float


class Session(asyncio.Protocol):
    """Asks and answers, straight from the socket's callback.

    lost: why the session ended, "" while it is open; over: set then. leaving: the server wants to
    end it: nothing more is to be asked. asked: how many questions wait for their answers.
    """

    def __init__(self, timeout: float, enquire: float, hear: Hear | None = None) -> None:
        self.lost = ""
        self.over = asyncio.Event()
        self.leaving = False
        self._timeout, self._enquire, self._hear = timeout, enquire, hear
        self._loop = asyncio.get_running_loop()
        self._reader = PduReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: dict[int, _Asked] = {}
        self._number = 0
        self._heard_at = self._loop.time()
        self._unbinding: Pdu | None = None
        self._enquiring = False
        self._clock: asyncio.TimerHandle | None = None

    @property
    def asked(self) -> int:
        """How many questions wait for their answers."""
        return len(self._waiting)

    def ask(self, command: int, body: bytes, then: Then) -> None:
        """Ask something; `then` is called once, with the answer or None."""
        if self.lost or self._transport is None:
            then(None)
            return
        self._number = self._number % LAST_NUMBER + 1
        self._waiting[self._number] = _Asked(command, then, self._loop.time() + self._timeout)
        self._transport.write(Pdu(command, 0, self._number, body).encode())

    async def answer_to(self, command: int, body: bytes = b"") -> Pdu | None:
        """Ask and wait for the answer."""
        came: asyncio.Future[Pdu | None] = self._loop.create_future()
        self.ask(command, body, lambda pdu: None if came.done() else came.set_result(pdu))
        return await came

    def say(self, pdu: Pdu) -> None:
        """Answer something; nothing happens when the session has ended."""
        if not self.lost and self._transport is not None:
            self._transport.write(pdu.encode())

    def end(self, why: str) -> None:
        """Drop the connection, and tell all who wait for an answer."""
        if self.lost:
            return
        self.lost = why
        self.over.set()
        if self._clock is not None:
            self._clock.cancel()
        if self._transport is not None:
            self._transport.abort()
        waiting, self._waiting = self._waiting, {}
        for each in waiting.values():
            each.then(None)

    # what comes in

    def _take(self, pdu: Pdu) -> None:
        if pdu.command & ANSWER:
            self._take_answer(pdu)
        elif pdu.command == Command.DELIVER_SM:
            self._listen(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._reply(pdu)
        elif pdu.command == Command.UNBIND:
            self.leaving, self._unbinding = True, pdu
        else:
            self.say(Pdu(Command.GENERIC_NACK, UNKNOWN_COMMAND, pdu.number))
        self._leave_when_answered()

    def _take_answer(self, pdu: Pdu) -> None:
        """Hand on an answer; one that came too late, or to something else, is nobody's."""
        asked = self._waiting.get(pdu.number)
        if asked and pdu.command in (asked.command | ANSWER, Command.GENERIC_NACK):
            del self._waiting[pdu.number]
            asked.then(pdu)

    def _leave_when_answered(self) -> None:
        """Follow the server's unbind once nothing is open any more (section 4.2)."""
        if self._unbinding is not None and not self._waiting:
            self._reply(self._unbinding)
            self.end("the server ended the session")

    def _reply(self, pdu: Pdu, status: int = 0, body: bytes = b"") -> None:
        self.say(Pdu(pdu.command | ANSWER, status, pdu.number, body))

    def _listen(self, pdu: Pdu) -> None:
        """Hand on what was told; where nobody listens, ask for it to be told again."""
        try:
            message = Message.read(pdu.body)
        except Malformed:
            self._reply(pdu, 0x02, b"\0")  # ESME_RINVCMDLEN: it would not get better
            return
        if self._hear is None:
            self._reply(pdu, TRY_AGAIN, b"\0")
        else:
            self._hear(DeliverSm(message, self, pdu))

    def acknowledge(self, pdu: Pdu, status: int) -> None:
        """Answer a deliver_sm; its body is one empty text (section 4.6.2)."""
        self._reply(pdu, status, b"\0")

    def _look_at_the_clock(self) -> None:
        now = self._loop.time()
        self._clock = self._loop.call_later(LOOK, self._look_at_the_clock)
        late = [number for number, each in self._waiting.items() if each.until <= now]
        for number in late:
            self._waiting.pop(number).then(None)
        silent = now - self._heard_at
        if silent > self._enquire + self._timeout:
            self.end("the server did not answer in time")
        elif silent > self._enquire and not self.leaving:
            self._enquire_once()
        self._leave_when_answered()

    def _enquire_once(self) -> None:
        """Ask whether the server is there, one question at a time."""
        if not self._enquiring:
            self._enquiring = True
            self.ask(Command.ENQUIRE_LINK, b"", self._alive)

    def _alive(self, _pdu: Pdu | None) -> None:
        self._enquiring = False

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._look_at_the_clock()

    def data_received(self, data: bytes) -> None:
        """Take what came, unit by unit."""
        self._heard_at = self._loop.time()
        try:
            for unit in self._reader.feed(data):
                if self.lost:
                    return
                self._take(unit)
        except Malformed as error:
            self.end(f"the server does not speak SMPP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note why the connection ended."""
        self.end(str(exc) if exc else "the server hung up")


@dataclass(frozen=True, slots=True)
class DeliverSm:
    """Something that was told; see `smpp_hearing.Told`."""

    message: Message
    session: Session
    pdu: Pdu

    @property
    def gone(self) -> bool:
        """Whether the session ended meanwhile: then it will be told again."""
        return bool(self.session.lost)

    def acknowledge(self, status: int = 0) -> None:
        """Answer it; 0: it is kept."""
        self.session.acknowledge(self.pdu, status)
