"""A lane is one sender's connections in this process; a turn is one slice that leaves on them.

Slices wait in a line, and each connection takes the next message out of it: so a slice is gone as
soon as all connections together can take it, few have to be claimed ahead, and a server that is
far away never waits for our database. No database connection is held while a lane speaks to the
world.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from sendout.core.delivery.outcome import Blame, Outcome, Refused
from sendout.core.pace import SliceSize
from sendout.core.providers.base import Connection, Envelope, Provider, SenderDown
from sendout.core.providers.smpp_hearing import Listens, Told
from sendout.engine.line import Hand, Job, Leaving, Line, Note
from sendout.engine.places import Places
from sendout.engine.prepare import Prepared
from sendout.senders.models import Sender
from sendout.senders.ways import made_of, provider_of

CHAIN = 10.0  # seconds after which a connection takes up no further message without a pause
SHARED, ALONE = 0.15, 0.25  # seconds for which a slice is made: of all connections, or of one
# Seconds after the beginning of its claim: what nobody has taken up by then waits no longer, and
# what has no answer by then gets none. Shorter than the lease on its rows.
TO_LEAVE, LONGEST = 60.0, 90.0
IDLE = 20.0  # seconds after which an unused connection is closed
TRIES = 3  # connections in a row that take nothing before the rest waits for a retry
AHEAD = 4  # slices that are being claimed or wait in line
FEWER, LARGE = 2, 400  # the same of slices of more than so many messages, for the memory they take
SLOW = 0.5  # seconds after which a line should be gone
SHARE = 10  # messages in line for which one more connection is worth its opening

HUNG_UP = Refused(
    False, "connect", "The server was too slow or hung up before it took this.", Blame.SENDER
)


Hearing = Callable[[int, Told], None]  # with the sender's id


@dataclass(slots=True)
class Turn:
    """One slice's time on the lane.

    since: when it began, before the claim. error: what went wrong in the middle of it; there is an
    outcome for each delivery all the same.
    """

    lane: Lane
    size: int
    urgent: bool
    leave: Callable[[], None]
    since: float = field(default_factory=time.monotonic)
    error: Exception | None = None

    async def send(
        self, slice_: Sequence[Prepared], note: Note, leaving: Leaving | None = None
    ) -> dict[int, Outcome]:
        """Hand a slice over and give exactly one outcome for each delivery of it.

        note: called with each outcome at the moment it is known. leaving: see `Job`.

        What a broken connection did not take goes out on a new one; what none takes is refused
        for now.
        """
        envelopes: list[Envelope] = []
        answers: dict[int, Outcome] = {}
        for prepared in slice_:
            if isinstance(prepared.envelope, Refused):
                answers[prepared.row.id] = prepared.envelope
            else:
                envelopes.append(prepared.envelope)
        if envelopes:
            done = asyncio.get_running_loop().create_future()
            line = deque(envelopes)
            job = Job(line, answers, note, done, self.leave, self.urgent, leaving, self.since)
            self.lane.take(job)
            await done
            self.error = job.error
            until = job.gone if self.lane.provider.chains else time.monotonic()
            self.lane.learn(len(envelopes), until - job.begun)
        return answers


@dataclass(slots=True)
class Lane:
    """The connections of one sender: at most `most` at once, kept open while there is work."""

    provider: Provider
    most: int
    pace: SliceSize = field(init=False)
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _line: Line = field(default_factory=Line)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)
    _full_until: float = 0.0  # no further connection before: the server had enough of them
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _places: Places = field(init=False)
    _ahead: int = AHEAD
    _turns: int = 0
    _look: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        together = self.provider.chains
        self.pace = SliceSize(SHARED if together else ALONE)
        self._places = Places(AHEAD if together else self.most + min(self.most, AHEAD))

    @asynccontextmanager
    async def turn(
        self, urgent: bool = False, patience: float | None = None
    ) -> AsyncIterator[Turn]:
        """Wait for a place, urgent slices before others.

        Raises Full when there is none for so many seconds, and SenderDown when no connection can be
        opened: then nothing was claimed yet.
        """
        async with self._places.one(urgent, patience) as leave:
            async with self._opening:
                if not self._busy:
                    await self._keep(self._usable() or await self.provider.connect())
            self._turns += 1
            try:
                yield Turn(self, self.pace.size, urgent, leave)
            finally:
                self._turns -= 1

    def learn(self, messages: int, seconds: float) -> None:
        """Learn from a slice how large the next ones may be, and how many to claim ahead."""
        self.pace.learn(messages, seconds)
        if self.provider.chains:
            ahead = FEWER if self.pace.size > LARGE else AHEAD
            self._places.change(ahead - self._ahead)
            self._ahead = ahead

    def take(self, job: Job) -> None:
        """Put a slice in line, urgent ones before others, and let enough connections at it."""
        self._line.append(job)
        self._staff(self._line.waiting() // SHARE - len(self._busy) if self.provider.chains else 1)
        self._look_soon()

    def _staff(self, more: int) -> None:
        """Let more connections at the line, as far as there is room; one in any case."""
        room = self.most - len(self._busy) if time.monotonic() >= self._full_until else 0
        for _ in range(max(min(more, room), not self._busy)):
            work = asyncio.get_running_loop().create_task(self._work())
            self._busy.add(work)
            work.add_done_callback(self._busy.discard)

    def _look_soon(self) -> None:
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(SLOW, self._look_again)

    def _look_again(self) -> None:
        """Let one more connection at a line that is still there, and nothing wait too long."""
        self._look = None
        self._give_up(TO_LEAVE)
        if self._line.first():
            self._staff(1)
            self._look_soon()

    def _give_up(self, seconds: float) -> None:
        """Refuse for now what nobody has taken up so many seconds after its claim began."""
        for job in self._line.all():
            if job.since + seconds <= time.monotonic():
                job.give_up(HUNG_UP)

    @property
    def busy(self) -> int:
        """How many connections are in use."""
        return len(self._busy)

    @property
    def over(self) -> bool:
        """True when it has nothing open and nobody is about to use it."""
        return not (self._turns or self._busy or self._idle)

    @property
    def idle(self) -> int:
        """How many connections are open and not in use."""
        return len(self._idle)

    async def close_idle(self, longer_than: float = IDLE) -> None:
        """Close connections that nobody used for some seconds."""
        limit = time.monotonic() - longer_than
        old = [connection for connection, since in self._idle if since <= limit]
        self._idle = [(c, since) for c, since in self._idle if since > limit]
        for connection in old:
            await connection.close()

    async def close(self) -> None:
        """Close all connections, after those in use have come to their end."""
        await asyncio.gather(*self._busy)
        await self.close_idle(0)

    async def _work(self) -> None:
        """Send what stands in line on one connection after another, until nothing does."""
        connection: Connection | None = None
        hand = Hand(self._line)
        fruitless = 0
        try:
            while self._line.first():
                connection = connection or self._usable() or await self.provider.connect()
                took = await self._offer(connection, hand)
                left = self._put_back(hand)
                fruitless = fruitless + 1 if left and not took else 0
                if fruitless == TRIES:
                    for job in left:
                        job.give_up(HUNG_UP)
                    fruitless = 0
                if not connection.usable:
                    await connection.close()
                    connection = None
            self._end()
        except SenderDown as down:
            self._put_back(hand)
            self._leave(down.refusal)
        except Exception as error:
            hand.break_off(error)
            raise
        except BaseException as error:
            for job in hand.jobs():
                job.abandon(error)
            raise
        if connection is not None:
            await self._keep(connection)

    async def _offer(self, connection: Connection, hand: Hand) -> bool:
        """Hand over what is in line on one connection; tells whether it took anything.

        hand: what it took up and has no answer to, at any moment and in the end. A server may close
        after every so many messages: only connections that took nothing count.
        """
        hand.took = False
        now = time.monotonic()
        until = min((job.since for job in self._line.all()), default=now) + LONGEST
        try:
            async with asyncio.timeout(until - now):
                only = None if self.provider.chains else self._line.first()
                await connection.send(hand.feed(CHAIN, only), hand.answer)
        except TimeoutError:
            await connection.close()
            self._put_back(hand)
            self._give_up(LONGEST)
        return hand.took

    def _put_back(self, hand: Hand) -> list[Job]:
        """Put what was not taken where it stood; gives the slices that it belongs to."""
        jobs = hand.put_back()
        if jobs:
            self._look_soon()
        return jobs

    def _leave(self, why: Refused) -> None:
        """Without a connection: leave those in line to the other ones, if there are any."""
        self._full_until = time.monotonic() + IDLE
        self._end()
        # Where all lose their connection at once, the last takes the line.
        while not self._busy and (job := self._line.first()):
            job.give_up(why)

    def _end(self) -> None:
        """Count this one out at once: who comes from now on needs another one."""
        self._busy.discard(cast(asyncio.Task[None], asyncio.current_task()))

    def _usable(self) -> Connection | None:
        """Take an open connection that nobody uses, if there is one."""
        while self._idle:
            connection, _ = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def _keep(self, connection: Connection) -> None:
        if connection.usable:
            self._idle.append((connection, time.monotonic()))
        else:
            await connection.close()


class Lanes:
    """The lanes of this process, one for each sender as it is set now.

    hearing: to whom goes what comes in on a connection that was opened for sending.
    """

    def __init__(self) -> None:
        self._lanes: dict[int, tuple[object, Lane]] = {}
        self._retired: list[Lane] = []  # of settings as they were
        self.hearing: Hearing | None = None

    def of(self, sender: Sender) -> Lane:
        """Give the sender's lane; a new one when its settings have changed."""
        settings = (*made_of(sender), sender.connections)
        known, lane = self._lanes.get(sender.pk, (None, None))
        if lane is None or known != settings:
            if lane is not None:
                self._retired.append(lane)
            provider = provider_of(sender)
            if self.hearing is not None and isinstance(provider, Listens):
                provider.listener = partial(self.hearing, sender.pk)
            lane = Lane(provider, sender.connections)
            self._lanes[sender.pk] = (settings, lane)
        return lane

    def open(self) -> list[tuple[int, Lane]]:
        """Give the lanes with the ids of their senders."""
        return [(sender, lane) for sender, (_, lane) in list(self._lanes.items())]

    async def close_idle(self, longer_than: float) -> None:
        """Close connections unused for so many seconds, and all of earlier settings."""
        for _, lane in list(self._lanes.values()):
            await lane.close_idle(longer_than)
        for lane in self._retired:
            await lane.close_idle(0)
        self._retired = [lane for lane in self._retired if not lane.over]

    async def close(self) -> None:
        """Close all connections, at the end."""
        for lane in [*self._retired, *(lane for _, lane in self._lanes.values())]:
            await lane.close()


lanes = Lanes()
