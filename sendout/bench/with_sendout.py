"""The work through Sendout itself: real workers, each delivery recorded and committed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from procrastinate.contrib.django.models import ProcrastinateWorker

from sendout.bench import machine
from sendout.bench.work import Result
from sendout.cli.database import data_directory
from sendout.cli.embedded import EmbeddedServer
from sendout.cli.problem import Problem
from sendout.cli.supervisor import Supervisor
from sendout.cli.worker import children
from sendout.deliveries import freeze
from sendout.deliveries.counting import Tally, tallies
from sendout.deliveries.models import Delivery
from sendout.sendouts.models import SendOut

LOOK = 0.1  # seconds between two looks at the counts; at 0.02 the looking itself could be seen
START_SECONDS = 60.0
IN_EACH = 3  # workers of Procrastinate in each process of ours: see `engine.worker`
QUIET = 1.0  # seconds that the workers get to settle down after their start
STUCK = 120.0  # seconds without a change


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds so far, of the workers and of PostgreSQL."""

    workers: float
    postgres: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the send-out.

    recorded: deliveries of which the database says when they were accepted.
    freeze_seconds: until every recipient had a row; part of the whole. postgres_seconds: of
    processor time.
    """

    result: Result
    recorded: int
    freeze_seconds: float
    postgres_seconds: float

    def to_dict(self) -> dict[str, float]:
        """Give what is said of Sendout alone."""
        each = self.postgres_seconds / self.result.messages
        return {
            "recorded": self.recorded,
            "freeze_seconds": round(self.freeze_seconds, 3),
            "postgres_cpu_us_per_message": round(each * 1e6, 1),
        }


def send(newsletter: SendOut, workers: int) -> Sent:
    """Send it to everybody, from the word go until the last row is settled.

    Raises Problem when that does not come to an end.
    """
    with Supervisor(children(workers)) as supervisor:
        supervisor.start()
        _wait_until_ready(supervisor)
        processes = [each.process.pid for each in supervisor.children if each.process]
        before = _costs(processes)
        started = time.monotonic()
        freeze.send_now(newsletter)
        frozen = time.monotonic()
        tally = _wait_until_settled(newsletter, supervisor)
        ended = time.monotonic()
        after = _costs(processes)
        peak = max(map(machine.peak_rss_kb, processes))
    result = Result("sendout", tally.total, ended - started, after.workers - before.workers, peak)
    postgres = after.postgres - before.postgres
    return Sent(result, _recorded(newsletter), frozen - started, postgres)


def _wait_until_ready(supervisor: Supervisor) -> None:
    end = time.monotonic() + START_SECONDS
    while ProcrastinateWorker.objects.count() < IN_EACH * len(supervisor.children):
        if time.monotonic() > end:
            raise Problem("the worker did not start; its reason is above")
        if not supervisor.look():
            raise KeyboardInterrupt
    time.sleep(QUIET)


def _wait_until_settled(newsletter: SendOut, supervisor: Supervisor) -> Tally:
    """Wait until nothing moves. A worker is not started again: the figures would mean nothing."""
    left, changed = 0, time.monotonic()
    while (tally := tallies([newsletter.pk])[newsletter.pk]["email"]).moving:
        if supervisor.stops_asked:
            raise KeyboardInterrupt
        if any(each.process and each.process.poll() is not None for each in supervisor.children):
            raise Problem("a worker ended in the middle; its reason is above")
        if tally.moving != left:
            left, changed = tally.moving, time.monotonic()
        elif time.monotonic() - changed > STUCK:
            raise Problem(f"nothing moved for {STUCK:.0f} s, and {left} messages are left")
        time.sleep(LOOK)
    return tally


def _costs(workers: list[int]) -> Costs:
    cluster = EmbeddedServer(data_directory()).cluster
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    return Costs(sum(map(machine.cpu_seconds, workers)), machine.cpu_seconds_of_family(postmaster))


def _recorded(newsletter: SendOut) -> int:
    return Delivery.objects.filter(sendout=newsletter, accepted_at__isnull=False).count()
