"""Both ends of a connection, with any answer and any cut of the bytes between them.

The session and the transfer are the real ones; between them and a server that follows the RFCs
is a wire on which every byte goes when the test says so.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sendout.core.delivery.outcome import Accepted, Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp_chunks import Chunks
from sendout.core.providers.smtp_dialogue import Waits
from sendout.core.providers.smtp_envelope import stuffed
from sendout.core.providers.smtp_replies import Extensions
from sendout.core.providers.smtp_session import Session
from sendout.core.providers.smtp_transfer import LARGE, Transfer
from tests.core.providers.contract import Answers

MOODS = ["yes"] * 6 + ["450 4.2.0 Busy", "550 5.1.1 Unknown", "421 4.3.2 Bye", "gone"]
WAITS = Waits.scaled(300)


@dataclass
class Server:
    """Follows RFC 5321 and RFC 3030, answers each command as the next of `moods` says.

    forgets: whether it forgets a transaction whose BDAT it refused; both are allowed. resets:
    whether it never refuses a RSET, as RFC 5321 section 4.1.1.5 demands; chunks rely on that.
    """

    moods: Iterator[str]
    forgets: bool
    resets: bool
    gone: bool = False
    accepted: list[tuple[list[str], bytes]] = field(default_factory=list)
    _heard: bytes = b""
    _mail: bool = False
    _recipients: list[str] = field(default_factory=list)
    _text: bool = False

    def hear(self, data: bytes) -> bytes:
        """Take some bytes and give the answers they lead to."""
        self._heard += data
        said = b""
        while not self.gone and (answer := self._next()) is not None:
            said += answer
        return said

    def _next(self) -> bytes | None:
        if self._text:
            text, end, rest = self._heard.partition(b"\r\n.\r\n")
            if not end:
                return None
            self._heard, self._text = rest, False
            return self._take(text.replace(b"\n..", b"\n.") + b"\r\n", fails_forgetful=True)
        line, end, rest = self._heard.partition(b"\r\n")
        if not end:
            return None
        if chunk := re.fullmatch(rb"BDAT (\d+) LAST", line):
            size = int(chunk[1])
            if len(rest) < size:
                return None
            self._heard = rest[size:]
            return self._take(rest[:size], fails_forgetful=self.forgets)
        self._heard = rest
        return self._command(line)

    def _command(self, line: bytes) -> bytes:
        if line == b"RSET":
            return self._answer(b"250 2.0.0 Ok", self._forget, always=self.resets)
        if line.startswith(b"MAIL"):
            return self._answer(b"503 5.5.1 Nested" if self._mail else b"250 2.1.0 Ok", self._begin)
        if line.startswith(b"RCPT"):
            to = line[9:-1].decode()
            usual = b"250 2.1.5 Ok" if self._mail else b"503 5.5.1 Need MAIL"
            return self._answer(usual, lambda: self._recipients.append(to))
        assert line == b"DATA", line
        usual = b"354 Go on" if self._recipients else b"554 5.5.1 No recipients"
        return self._answer(usual, lambda: setattr(self, "_text", True))

    def _take(self, text: bytes, *, fails_forgetful: bool) -> bytes:
        usual = b"250 2.0.0 Ok: queued as Q1" if self._recipients else b"554 5.5.1 No recipients"
        answer = self._answer(usual, lambda: self.accepted.append((self._recipients, text)))
        if answer[:1] == b"2" or fails_forgetful:
            self._forget()
        return answer

    def _answer(self, usual: bytes, then: object, *, always: bool = False) -> bytes:
        mood = next(self.moods, "yes")
        if always and mood[:2] in ("45", "55"):
            mood = "yes"
        if mood == "gone":
            self.gone = True
            return b""
        reply = usual if mood == "yes" or usual[:1] == b"5" else mood.encode()
        if reply is usual and usual[:1] in b"23":
            cast("type[object]", then)()
        self.gone = reply.startswith(b"421")
        return reply + b"\r\n"

    def _begin(self) -> None:
        self._mail, self._recipients = True, []

    def _forget(self) -> None:
        self._mail, self._recipients = False, []


class Wire(asyncio.Transport):
    """A connection whose bytes move when told. room: bytes that the kernel takes."""

    def __init__(self, session: Session, server: Server, room: int) -> None:
        super().__init__()
        self.session, self.server, self.room = session, server, room
        self.kernel = self.waiting = self.incoming = b""
        self.open = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Be asked for a note when the last byte has left."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Give to the kernel what it takes."""
        was_waiting = bool(self.waiting)
        self.waiting += bytes(data)
        self._fill()
        if self.waiting and not was_waiting:
            self.session.pause_writing()

    def abort(self) -> None:
        """Drop what the kernel has not got; what it has may still arrive over there."""
        self.open, self.waiting = False, b""

    def go(self, size: int) -> None:
        """Move bytes to the server."""
        data, self.kernel = self.kernel[:size], self.kernel[size:]
        if not self.server.gone:
            self.incoming += self.server.hear(data)
        was_waiting = bool(self.waiting)
        self._fill()
        if was_waiting and not self.waiting:
            self.session.resume_writing()

    def come(self, size: int) -> None:
        """Move bytes from the server; at the end of what it said, its hanging up."""
        if not self.open:
            return
        buffer = self.session.get_buffer(size)
        size = min(size, len(buffer))
        data, self.incoming = self.incoming[:size], self.incoming[size:]
        if data:
            buffer[: len(data)] = data
            self.session.buffer_updated(len(data))
        elif self.server.gone:
            self.session.connection_lost(None)

    def break_(self, arrives: int) -> None:
        """Cut the wire; a part of what was on it still arrives over there."""
        self.session.connection_lost(ConnectionResetError("cut"))
        self.go(arrives)

    def _fill(self) -> None:
        size = max(0, self.room - len(self.kernel))
        self.kernel, self.waiting = self.kernel + self.waiting[:size], self.waiting[size:]


def letters(sizes: list[int]) -> list[Envelope]:
    return [
        Envelope(
            number,
            "club@example.org",
            f"{number}@example.test",
            b"Letter %d\r\n.\r\n" % number + b"x" * size + b"\r\n",
        )
        for number, size in enumerate(sizes, 1)
    ]


async def converse(
    transfer: Transfer | Chunks, wire: Wire, envelopes: list[Envelope], moves: list[tuple[str, int]]
) -> Answers:
    """Hold the dialogue while the wire does as told, and then to its end."""
    answers = Answers()
    wire.session.connection_made(wire)
    task = asyncio.create_task(wire.session.hold(transfer.deliver(envelopes, answers)))
    await asyncio.sleep(0)
    for what, size in moves:
        if what == "cancel":
            task.cancel()
            await asyncio.sleep(0)
        else:
            getattr(wire, what)(size)
    for _ in range(10_000):
        if task.done():
            break
        before = wire.kernel, wire.waiting, wire.incoming, wire.open
        wire.go(10_000)
        wire.come(10_000)
        await asyncio.sleep(0)
        if before == (wire.kernel, wire.waiting, wire.incoming, wire.open):
            wire.session.end("nothing moves any more")
            await asyncio.sleep(0)
    wire.go(10**9)  # the worst that can be: all that left arrives
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled() or task.exception() is None, task.exception()
    return answers


def agree(server: Server, answers: Answers, envelopes: list[Envelope], *, done: bool) -> None:
    """Check that both sides say the same of every message."""
    taken: Counter[int] = Counter()
    for recipients, text in server.accepted:
        assert len(recipients) == 1, "a text went to the recipient of another"
        envelope = envelopes[int(recipients[0].split("@")[0]) - 1]
        assert text == envelope.content
        taken[envelope.delivery] += 1
    assert set(answers.times.values()) <= {1}
    assert set(taken.values()) <= {1}
    for envelope in envelopes:
        outcome, there = answers.outcomes.get(envelope.delivery), taken[envelope.delivery]
        if isinstance(outcome, Accepted):
            assert there
        elif not isinstance(outcome, Unsure):
            assert not there, f"{outcome}, but it was taken"
        if isinstance(outcome, Refused):
            assert outcome.code in {"4.2.0", "5.1.1", "4.3.2"}
    assert done or len(answers.outcomes) == len(envelopes)


MOVES = st.tuples(st.sampled_from(["go", "come"] * 8 + ["break_", "cancel"]), st.integers(0, 400))


@pytest.mark.parametrize("way", ["chunks", "pipelined", "step by step"])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moods=st.lists(st.sampled_from(MOODS), max_size=40),
    forgets=st.booleans(),
    sizes=st.lists(st.sampled_from([0, 5, 90, 700]), max_size=8),
    moves=st.lists(MOVES, max_size=40),
    room=st.sampled_from([1, 40, 300, 100_000]),
    messages=st.integers(1, 8),
)
@example(["yes", "550 5.1.1 Unknown"], False, [5, 5, 5], [], 100_000, 8)
@example(["yes", "yes", "450 4.2.0 Busy"], False, [5, 5, 5], [], 100_000, 8)
@example(["yes", "yes", "450 4.2.0 Busy", "450 4.2.0 Busy"], False, [0, 0], [], 1, 1)
@example([], True, [700, 700], [("go", 300), ("break_", 400)], 300, 8)
def test_both_sides_agree_whatever_is_said_and_however_it_is_cut(  # noqa: PLR0917
    way: str,
    moods: list[str],
    forgets: bool,
    sizes: list[int],
    moves: list[tuple[str, int]],
    room: int,
    messages: int,
) -> None:
    async def main() -> None:
        offered = Extensions(pipelining=way != "step by step", chunking=way == "chunks")
        transfer: Transfer | Chunks = Transfer(offered, WAITS)
        if way == "chunks":
            transfer = Chunks(offered, WAITS, messages=messages)
        server, session, envelopes = (
            Server(iter(moods), forgets, way == "chunks"),
            Session(),
            letters(sizes),
        )
        wire = Wire(session, server, room)
        answers = await converse(transfer, wire, envelopes, moves)
        agree(server, answers, envelopes, done=transfer.tally.over or bool(session.lost))
        limit = messages if way == "chunks" else 1
        unsure = [o for o in answers.outcomes.values() if isinstance(o, Unsure)]
        assert len(unsure) <= limit

    asyncio.run(main())


@pytest.mark.parametrize("way", ["chunks", "pipelined"])
@settings(max_examples=20, deadline=None)
@given(
    moods=st.lists(st.sampled_from(MOODS), max_size=12),
    cut=st.one_of(st.none(), st.integers(0, 3 * LARGE)),
)
def test_both_sides_agree_on_large_messages(way: str, moods: list[str], cut: int | None) -> None:
    async def main() -> None:
        offered = Extensions(pipelining=True)
        transfer = (Chunks if way == "chunks" else Transfer)(offered, WAITS)
        server, session, envelopes = (
            Server(iter(moods), True, True),
            Session(),
            letters([LARGE, 5] * 2),
        )
        moves = [] if cut is None else [("go", 0), ("go", cut), ("break_", 10**9)]
        answers = await converse(transfer, Wire(session, server, 65_536), envelopes, moves)
        agree(server, answers, envelopes, done=transfer.tally.over or bool(session.lost))

    asyncio.run(main())


def test_the_texts_of_these_tests_need_dots_doubled() -> None:
    assert stuffed(letters([5])[0].content) != letters([5])[0].content
