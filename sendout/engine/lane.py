"""A lane is one sender's connections in this process; a turn is one slice on one of them.

No database connection is held while a lane speaks to the world.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sendout.core.delivery.outcome import Blame, Outcome, Refused
from sendout.core.pace import SliceSize
from sendout.core.providers.base import Connection, Envelope, Provider, SenderDown
from sendout.engine.prepare import Prepared
from sendout.senders.models import Sender
from sendout.senders.ways import provider_of

LONGEST = 90.0  # seconds that one slice may take; shorter than the lease on its rows
IDLE = 20.0  # seconds after which an unused connection is closed
TRIES = 3  # connections in a row that take nothing before the rest waits for a retry

HUNG_UP = Refused(
    False, "connect", "The server was too slow or hung up before it took this.", Blame.SENDER
)


Note = Callable[[int, Outcome], None]


@dataclass(slots=True)
class Turn:
    """One slice's time on the lane, with a connection that works."""

    lane: Lane
    connection: Connection
    size: int

    async def send(self, slice_: Sequence[Prepared], note: Note) -> dict[int, Outcome]:
        """Hand a slice over and give exactly one outcome for each delivery of it.

        note: called with each outcome at the moment it is known.

        What a broken connection did not take goes out on a new one; what none takes is refused
        for now.
        """
        envelopes = [p.envelope for p in slice_ if isinstance(p.envelope, Envelope)]
        answers: dict[int, Outcome] = {
            p.row.id: p.envelope for p in slice_ if isinstance(p.envelope, Refused)
        }
        started = time.monotonic()
        rest = await self._offer(envelopes, answers, note)
        for envelope in envelopes:
            answers.setdefault(envelope.delivery, rest)
        self.lane.pace.learn(len(envelopes), time.monotonic() - started)
        return answers

    async def _offer(
        self, left: list[Envelope], answers: dict[int, Outcome], note: Note
    ) -> Refused:
        """Hand over to one connection after another; gives the refusal of what none took.

        A server may close after every so many messages: only connections that took nothing count.
        """

        def answer(envelope: Envelope, outcome: Outcome) -> None:
            answers[envelope.delivery] = outcome
            note(envelope.delivery, outcome)

        fruitless = 0
        try:
            async with asyncio.timeout(LONGEST):
                while left and fruitless < TRIES:
                    if not self.connection.usable:
                        self.connection = await self.lane.reconnect(self.connection)
                    await self.connection.send(left, answer)
                    rest = [envelope for envelope in left if envelope.delivery not in answers]
                    fruitless = fruitless + 1 if len(rest) == len(left) else 0
                    left = rest
        except SenderDown as down:
            return down.refusal
        except TimeoutError:
            await self.connection.close()
        return HUNG_UP


@dataclass(slots=True)
class Places:
    """So many places for those who want one; who is urgent gets the next free one."""

    free: int
    _urgent: deque[asyncio.Future[None]] = field(default_factory=deque)
    _others: deque[asyncio.Future[None]] = field(default_factory=deque)

    @asynccontextmanager
    async def one(self, urgent: bool) -> AsyncIterator[None]:
        """Wait for a place, and give it back afterwards."""
        await self._take(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._give()

    async def _take(self, waiting: deque[asyncio.Future[None]]) -> None:
        if self.free:
            self.free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given at the very moment
                self._give()
            raise

    def _give(self) -> None:
        for waiting in (self._urgent, self._others):
            while waiting:
                if not (next_ := waiting.popleft()).done():
                    next_.set_result(None)
                    return
        self.free += 1


@dataclass(slots=True)
class Lane:
    """The connections of one sender: at most `most` at once, kept open while there is work."""

    provider: Provider
    most: int
    pace: SliceSize = field(default_factory=SliceSize)
    busy: int = 0
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _free: Places = field(init=False)

    def __post_init__(self) -> None:
        self._free = Places(self.most)

    @asynccontextmanager
    async def turn(self, urgent: bool = False) -> AsyncIterator[Turn]:
        """Wait for a free connection, urgent slices before others, and give it back afterwards.

        Raises SenderDown when none can be opened: then nothing was claimed yet.
        """
        async with self._free.one(urgent):
            turn = Turn(self, await self._open(), self.pace.size)
            self.busy += 1
            try:
                yield turn
            except BaseException:
                await turn.connection.close()
                raise
            finally:
                self.busy -= 1
            await self._keep(turn.connection)

    @property
    def idle(self) -> int:
        """How many connections are open and not in use."""
        return len(self._idle)

    async def reconnect(self, broken: Connection) -> Connection:
        """Open another connection in place of one that broke; raises SenderDown."""
        await broken.close()
        return await self.provider.connect()

    async def close_idle(self, longer_than: float = IDLE) -> None:
        """Close connections that nobody used for some seconds."""
        limit = time.monotonic() - longer_than
        old = [connection for connection, since in self._idle if since <= limit]
        self._idle = [(c, since) for c, since in self._idle if since > limit]
        for connection in old:
            await connection.close()

    async def _open(self) -> Connection:
        while self._idle:
            connection, _ = self._idle.pop()
            if connection.usable:
                return connection
            await connection.close()
        return await self.provider.connect()

    async def _keep(self, connection: Connection) -> None:
        if connection.usable:
            self._idle.append((connection, time.monotonic()))
        else:
            await connection.close()


class Lanes:
    """The lanes of this process, one for each sender as it is set now."""

    def __init__(self) -> None:
        self._lanes: dict[int, tuple[object, Lane]] = {}

    def of(self, sender: Sender) -> Lane:
        """Give the sender's lane; a new one when its settings have changed."""
        settings = (sender.kind, repr(sender.config), sender.secrets, sender.connections)
        known, lane = self._lanes.get(sender.pk, (None, None))
        if lane is None or known != settings:
            lane = Lane(provider_of(sender), sender.connections)
            self._lanes[sender.pk] = (settings, lane)
        return lane

    def open(self) -> list[tuple[int, Lane]]:
        """Give the lanes with the ids of their senders."""
        return [(sender, lane) for sender, (_, lane) in list(self._lanes.items())]

    async def close(self, longer_than: float = 0.0) -> None:
        """Close connections unused for so many seconds: all of them, at the end."""
        for _, lane in list(self._lanes.values()):
            await lane.close_idle(longer_than)


lanes = Lanes()
