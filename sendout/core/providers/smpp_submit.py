"""Texts on their way: a window of parts without an answer, and one outcome for each text.

All parts of a text are handed over together, so a session that ends leaves no text half-known: it
was handed over, or it was not. A part that the provider had no room for goes again here; a text of
which a part was taken is never begun anew by itself, since its reader would get that part twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers import sms_meanings as m
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smpp_address import destination, source
from sendout.core.providers.smpp_config import SmppConfig
from sendout.core.providers.smpp_errors import BUSY, NOT_NAMED, refusal
from sendout.core.providers.smpp_hearing import HEADED, answer_ref
from sendout.core.providers.smpp_parts import Part, TooLong, parts
from sendout.core.providers.smpp_pdu import Command, Message, Pdu, Tag, read_id
from sendout.core.providers.smpp_session import Session

SEPARATOR = ","  # between the ids of the parts of one text
PAUSE = 1.0  # seconds without a new text after the provider had no room for one
TRIES = 8  # of one part of several, while the others are taken
UNSURE = Unsure("The provider did not answer after the text was handed over.")


@dataclass(slots=True)
class OnTheWay:
    """One text, whose parts have numbers.

    refs: the ids of those that were taken. refused: what others were refused with. unheard: how
    many had no answer. busy: what those were refused with that go again soon. tries: how often each
    found no room.
    """

    envelope: Envelope
    messages: list[Message]
    answer: Answer
    refs: dict[int, str] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)
    unheard: int = 0
    busy: dict[int, int] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)

    @property
    def answered(self) -> bool:
        """Whether every part has its answer, or will have none."""
        return len(self.refs) + len(self.refused) + self.unheard >= len(self.messages)

    def outcome(self) -> Outcome:
        """Say what became of it, once all is answered."""
        if self.unheard:
            return UNSURE
        if not self.refused:
            return Accepted(SEPARATOR.join(self.refs[n] for n in sorted(self.refs)))
        number = min(self.refused)
        no = refusal(self.refused[number], self.envelope.attempt)
        if not self.refs:
            return no
        about = f"{len(self.refs)} of {len(self.messages)} parts were taken, then: {no.text}"
        if no.permanent and no.blame is not Blame.SENDER:
            return Refused(True, no.code, about, no.blame)
        return Unsure(f"Only {about}")


class Window:
    """Hands texts over on one session, so many parts at once."""

    def __init__(self, session: Session, config: SmppConfig) -> None:
        self._session, self._config = session, config
        self._loop = asyncio.get_running_loop()
        self._open: dict[int, OnTheWay] = {}
        self._parts = 0  # that wait for an answer, or for their next try
        self._largest = 1  # parts of a text so far
        self._quiet_until = 0.0
        self._moved = asyncio.Event()

    async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
        """Hand them over; see `base.Connection.send`."""
        try:
            # There is room first, and then the text is taken up: what is taken up leaves at once.
            taken_up = iter(envelopes)
            while await self._room(self._largest):
                envelope = next(taken_up, None)
                if envelope is None:
                    break
                messages = self._messages(envelope)
                if isinstance(messages, Refused):
                    answer(envelope, messages)
                    continue
                self._largest = max(self._largest, len(messages))
                if not await self._room(len(messages)):
                    break
                self._hand_over(OnTheWay(envelope, messages, answer))
            while self._open:
                await self._news()
        except BaseException:
            self._session.end("we gave up")  # that answers most of what was handed over
            for text in list(self._open.values()):
                text.refused |= text.busy
                self._tell(text, text.outcome())
            raise

    def _messages(self, envelope: Envelope) -> list[Message] | Refused:
        config = self._config
        try:
            text = envelope.content.decode()
            cut = parts(text, config.long, config.alphabet, envelope.delivery)
            made = [self._message(envelope, part) for part in cut]
            made[0].encode()
        except TooLong as error:
            return m.BAD_TEXT.refused(str(error))
        except UnicodeEncodeError:
            text = f'the number "{envelope.to}" or the name "{envelope.mail_from}" is not ASCII'
            return m.BAD_TEXT.refused(text)
        return made

    def _message(self, envelope: Envelope, part: Part) -> Message:
        tlvs = dict(part.tlvs)
        if self._config.reference:
            tlvs[Tag.USER_MESSAGE_REFERENCE] = (envelope.delivery & 0xFFFF).to_bytes(2)
        return Message(
            source(envelope.mail_from, self._config),
            destination(envelope.to),
            part.content,
            esm_class=HEADED if part.headed else 0,
            data_coding=part.data_coding,
            # A test is nobody's delivery: its receipt would be about nothing.
            registered=int(self._config.receipts and envelope.delivery > 0),
            tlvs=tlvs,
        )

    async def _room(self, count: int) -> bool:
        """Wait until so many parts may leave; False when nothing can any more."""
        while not (self._session.lost or self._session.leaving):
            wait = self._quiet_until - self._loop.time()
            if wait > 0:
                await self._news(wait)
            elif self._parts and self._parts + count > self._config.window:
                await self._news()
            else:
                return True
        return False

    async def _news(self, seconds: float | None = None) -> None:
        """Wait for an answer, or so long."""
        self._moved.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            pass

    def _hand_over(self, text: OnTheWay) -> None:
        self._open[id(text)] = text
        self._parts += len(text.messages)
        for number in range(len(text.messages)):
            self._submit(text, number)

    def _submit_again(self, text: OnTheWay, number: int) -> None:
        """Try a part again; where nothing can leave any more, it stays refused and not unknown."""
        status = text.busy.pop(number)
        if id(text) not in self._open:
            return
        if self._session.lost or self._session.leaving:
            text.refused[number] = status
            self._note(text)
        else:
            self._submit(text, number)

    def _submit(self, text: OnTheWay, number: int) -> None:
        body = text.messages[number].encode()
        self._session.ask(Command.SUBMIT_SM, body, partial(self._heard, text, number))

    def _heard(self, text: OnTheWay, number: int, pdu: Pdu | None) -> None:
        if id(text) not in self._open:
            return
        if pdu is None:
            text.unheard += 1
        elif pdu.status in BUSY and self._goes_again(text, number, pdu.status):
            return
        elif pdu.status or pdu.command == Command.GENERIC_NACK:
            text.refused[number] = pdu.status or NOT_NAMED
        else:
            text.refs[number] = answer_ref(read_id(pdu.body), self._config.ids)
        self._note(text)

    def _note(self, text: OnTheWay) -> None:
        """Make room for another part, and tell what became of the text if this was its last one."""
        self._parts -= 1
        self._moved.set()
        if text.answered:
            self._tell(text, text.outcome())

    def _tell(self, text: OnTheWay, outcome: Outcome) -> None:
        del self._open[id(text)]
        text.answer(text.envelope, outcome)

    def _goes_again(self, text: OnTheWay, number: int, status: int) -> bool:
        """Be quiet for a moment; let one part of several that found no room go again after it."""
        self._quiet_until = self._loop.time() + PAUSE
        text.tries[number] += 1
        if len(text.messages) == 1 or text.tries[number] >= TRIES:
            return False
        text.busy[number] = status
        self._loop.call_later(PAUSE, self._submit_again, text, number)
        return True
