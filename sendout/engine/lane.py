"""A lane is one sender's connections in this process; a turn is one slice that leaves on one.

Slices wait in a line for a free connection, and a connection that has written the last message of
one slice goes on with the next before the answers are there: so a server that is far away never
waits for our database. No database connection is held while a lane speaks to the world.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from sendout.core.delivery.outcome import Blame, Outcome, Refused
from sendout.core.pace import SliceSize
from sendout.core.providers.base import Connection, Envelope, Provider, SenderDown
from sendout.core.providers.smpp_hearing import Listens, Told
from sendout.engine.places import Places
from sendout.engine.prepare import Prepared
from sendout.senders.models import Sender
from sendout.senders.ways import made_of, provider_of

CHAIN = 10.0  # seconds after which a connection begins no further slice without a pause
LONGEST = 90.0  # seconds that a slice may take; shorter than the lease on its rows
IDLE = 20.0  # seconds after which an unused connection is closed
TRIES = 3  # connections in a row that take nothing before the rest waits for a retry
AHEAD = 4  # slices that may wait in line, claimed already, beside those on the connections

HUNG_UP = Refused(
    False, "connect", "The server was too slow or hung up before it took this.", Blame.SENDER
)


Note = Callable[[int, Outcome], None]
Leaving = Callable[[int], bool]
Hearing = Callable[[int, Told], None]  # with the sender's id


@dataclass(slots=True, eq=False)
class Job:
    """A slice on its way. answers: one outcome for each delivery in the end; note: told of each.

    waiting: how many have none yet. begun: when its first message was taken up. leaving: told of
    each before it leaves, where that matters; False keeps it back.
    """

    envelopes: list[Envelope]
    answers: dict[int, Outcome]
    note: Note
    done: asyncio.Future[None]
    waiting: int
    begun: float = 0.0
    leaving: Leaving | None = None

    def take_up(self, envelopes: Iterable[Envelope]) -> Iterator[Envelope]:
        """Give those that may leave, each at the moment when it does."""
        for envelope in envelopes:
            if self.leaving is None or self.leaving(envelope.delivery):
                yield envelope

    @property
    def left(self) -> list[Envelope]:
        """What has no outcome yet."""
        return [e for e in self.envelopes if e.delivery not in self.answers]

    def answer(self, delivery: int, outcome: Outcome) -> None:
        """Take an outcome; the last one ends the slice."""
        self.answers[delivery] = outcome
        self.note(delivery, outcome)
        self.waiting -= 1
        if not self.waiting and not self.done.done():
            self.done.set_result(None)


def give_up(jobs: list[Job], rest: Refused) -> None:
    """Come to the end with these: what nobody took is refused for now."""
    for job in jobs:
        job.begun = job.begun or time.monotonic()
        for envelope in job.left:
            job.answer(envelope.delivery, rest)
    jobs.clear()


@dataclass(slots=True)
class Turn:
    """One slice's time on the lane."""

    lane: Lane
    size: int
    urgent: bool

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
            job = Job(envelopes, answers, note, done, len(envelopes), leaving=leaving)
            self.lane.take(job, self.urgent)
            await done
            self.lane.pace.learn(len(envelopes), time.monotonic() - job.begun)
        return answers


@dataclass(slots=True)
class Lane:
    """The connections of one sender: at most `most` at once, kept open while there is work."""

    provider: Provider
    most: int
    pace: SliceSize = field(default_factory=SliceSize)
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _urgent: deque[Job] = field(default_factory=deque)
    _others: deque[Job] = field(default_factory=deque)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)
    _full_until: float = 0.0  # no further connection before: the server had enough of them
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._places = Places(self.most + min(self.most, AHEAD))

    @asynccontextmanager
    async def turn(self, urgent: bool = False) -> AsyncIterator[Turn]:
        """Wait for a place, urgent slices before others.

        Raises SenderDown when no connection can be opened: then nothing was claimed yet.
        """
        async with self._places.one(urgent):
            async with self._opening:
                if not self._busy:
                    await self._keep(self._usable() or await self.provider.connect())
            yield Turn(self, self.pace.size, urgent)

    def take(self, job: Job, urgent: bool) -> None:
        """Put a slice in line for the next free connection, urgent ones before others."""
        (self._urgent if urgent else self._others).append(job)
        room = len(self._busy) < self.most and time.monotonic() >= self._full_until
        if room or not self._busy:
            work = asyncio.get_running_loop().create_task(self._work())
            self._busy.add(work)
            work.add_done_callback(self._busy.discard)

    @property
    def busy(self) -> int:
        """How many connections are in use."""
        return len(self._busy)

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
        jobs: list[Job] = []
        connection: Connection | None = None
        fruitless = 0
        try:
            while jobs or self._urgent or self._others:
                connection = connection or self._usable() or await self.provider.connect()
                took = await self._offer(connection, jobs)
                fruitless = 0 if took else fruitless + 1
                if fruitless == TRIES:
                    give_up(jobs, HUNG_UP)
                    fruitless = 0
                if not connection.usable:
                    await connection.close()
                    connection = None
        except SenderDown as down:
            self._leave(jobs, down.refusal)
        except BaseException as error:
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(error)
            raise
        if connection is not None:
            await self._keep(connection)

    async def _offer(self, connection: Connection, jobs: list[Job]) -> bool:
        """Hand over slice after slice on one connection; tells whether it took anything.

        jobs: begun and not at their end; grows by those that are begun, and loses those that end.
        A server may close after every so many messages: only connections that took nothing count.
        """
        owners: dict[int, Job] = {}
        took = False

        def answer(envelope: Envelope, outcome: Outcome) -> None:
            nonlocal took
            took = True
            job = owners.pop(envelope.delivery)
            job.answer(envelope.delivery, outcome)
            if not job.waiting:
                jobs.remove(job)  # a chain may be long: let go of what has left

        until = min((job.begun for job in jobs), default=time.monotonic()) + LONGEST
        try:
            async with asyncio.timeout(until - time.monotonic()):
                envelopes = self._feed(jobs, owners)
                await connection.send(envelopes, answer)
        except TimeoutError:
            await connection.close()
            give_up(jobs, HUNG_UP)
        jobs[:] = [job for job in jobs if not job.done.done()]
        return took

    def _feed(self, jobs: list[Job], owners: dict[int, Job]) -> Iterator[Envelope]:
        """Give what is left of the slices in hand, then of those in line."""
        for job in tuple(jobs):
            left = job.left
            owners |= dict.fromkeys((envelope.delivery for envelope in left), job)
            yield from job.take_up(left)
        until = time.monotonic() + CHAIN
        alone = not self.provider.chains
        while not (jobs and alone) and time.monotonic() < until:
            line = self._urgent or self._others
            if not line:
                return
            job = line.popleft()
            job.begun = time.monotonic()
            jobs.append(job)
            owners |= dict.fromkeys((envelope.delivery for envelope in job.envelopes), job)
            yield from job.take_up(job.envelopes)

    def _leave(self, jobs: list[Job], why: Refused) -> None:
        """Without a connection: leave those in line to the other ones, if there are any."""
        self._full_until = time.monotonic() + IDLE
        # This one ends here. Where all lose their connection at once, the last takes the line.
        self._busy.discard(asyncio.current_task())
        if not self._busy:
            jobs += [*self._urgent, *self._others]
            self._urgent.clear()
            self._others.clear()
        give_up(jobs, why)

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
        self.hearing: Hearing | None = None

    def of(self, sender: Sender) -> Lane:
        """Give the sender's lane; a new one when its settings have changed."""
        settings = (*made_of(sender), sender.connections)
        known, lane = self._lanes.get(sender.pk, (None, None))
        if lane is None or known != settings:
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
        """Close connections unused for so many seconds."""
        for _, lane in list(self._lanes.values()):
            await lane.close_idle(longer_than)

    async def close(self) -> None:
        """Close all connections, at the end."""
        for _, lane in list(self._lanes.values()):
            await lane.close()


lanes = Lanes()
