"""The slices that stand in line for a sender's connections, and what each of those took up.

What is done here is done for every message, so it is as little as can be.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sendout.core.delivery.outcome import Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope

Note = Callable[[int, Outcome], None]
Leaving = Callable[[int], bool]

BROKEN = Unsure("Something went wrong in the worker while this was being handed over.")
KEPT_BACK = Refused(False, "worker", "Something went wrong in the worker.", Blame.SENDER)


@dataclass(slots=True, eq=False)
class Job:
    """A slice on its way. answers: one outcome for each delivery in the end; note: told of each.

    line: what no connection has taken up. taken: called when all are. leaving: told of each before
    it leaves, where that matters; False keeps it back. since: when its claim began. begun, gone:
    when the first one was taken up, and the last one. waiting: how many have no outcome yet.
    error: what went wrong in the middle of it, if anything did.
    """

    line: deque[Envelope]
    answers: dict[int, Outcome]
    note: Note
    done: asyncio.Future[None]
    taken: Callable[[], None]
    urgent: bool
    leaving: Leaving | None
    since: float
    begun: float = 0.0
    gone: float = 0.0
    waiting: int = field(init=False)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.waiting = len(self.line)

    def take(self) -> Envelope:
        """Take up the next message of the line."""
        self.begun = self.begun or time.monotonic()
        envelope = self.line.popleft()
        if not self.line:
            self.gone = time.monotonic()
            self.taken()
        return envelope

    def answer(self, delivery: int, outcome: Outcome) -> None:
        """Take an outcome; the last one ends the slice."""
        self.answers[delivery] = outcome
        self.note(delivery, outcome)
        self.waiting -= 1
        if not self.waiting and not self.done.done():
            self.done.set_result(None)

    def give_up(self, why: Refused) -> None:
        """Refuse for now what nobody took."""
        while self.line:
            self.answer(self.take().delivery, why)

    def abandon(self, error: BaseException) -> None:
        """Raise an error where the slice is waited for; what was heard is not settled here."""
        self.line.clear()
        if not self.done.done():
            self.done.set_exception(error)


class Line:
    """The slices that wait, urgent ones before others."""

    def __init__(self) -> None:
        self._urgent: deque[Job] = deque()
        self._others: deque[Job] = deque()

    def append(self, job: Job) -> None:
        """Let a slice stand behind all that are as urgent."""
        self._of(job).append(job)

    def first(self) -> Job | None:
        """Give the slice whose turn it is; None when nothing waits."""
        for line in (self._urgent, self._others):
            while line and not line[0].line:
                line.popleft()
            if line:
                return line[0]
        return None

    def all(self) -> tuple[Job, ...]:
        """Give the slices in their order; connections may have taken up all of one."""
        return (*self._urgent, *self._others)

    def waiting(self) -> int:
        """Count the messages that nobody took up."""
        return sum(len(job.line) for job in self.all())

    def put_back(self, job: Job, envelope: Envelope) -> None:
        """Put a message where it stood, and its slice before all others when it had left."""
        job.line.appendleft(envelope)
        line = self._of(job)
        if job not in line:
            line.appendleft(job)

    def _of(self, job: Job) -> deque[Job]:
        return self._urgent if job.urgent else self._others


class Hand:
    """What one connection took up and has no answer to.

    took: whether it got any answer since this was last set.
    """

    def __init__(self, line: Line) -> None:
        self.took = False
        self._line = line
        self._taken: dict[int, tuple[Job, Envelope]] = {}

    def feed(self, seconds: float, only: Job | None) -> Iterator[Envelope]:
        """Take up one message after another for so many seconds, of one slice alone where given."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and (job := self._line.first()) and only in (None, job):
            envelope = job.take()
            self._taken[envelope.delivery] = job, envelope
            if job.leaving is None or job.leaving(envelope.delivery):
                yield envelope

    def answer(self, envelope: Envelope, outcome: Outcome) -> None:
        """Take the outcome of one that was taken up."""
        self.took = True
        job, _ = self._taken.pop(envelope.delivery)
        job.answer(envelope.delivery, outcome)

    def put_back(self) -> list[Job]:
        """Put what has no answer where it stood; gives the slices that it belongs to."""
        jobs: dict[Job, None] = {}
        while self._taken:
            _, (job, envelope) = self._taken.popitem()  # the last one first
            self._line.put_back(job, envelope)
            jobs[job] = None
        return list(jobs)

    def break_off(self, error: Exception) -> None:
        """Know nothing of what it took up, and let nobody take up the rest of those slices."""
        for job in self.jobs():
            job.error = error
            job.give_up(KEPT_BACK)
        while self._taken:
            delivery, (job, _) = self._taken.popitem()
            job.answer(delivery, BROKEN)

    def jobs(self) -> set[Job]:
        """Give the slices of which there is something in it."""
        return {job for job, _ in self._taken.values()}
