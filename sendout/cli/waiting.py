"""Wait for a send-out to end: show how it goes, and work for it where nobody else does."""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from sendout.cli.status import tallies_of, troubled, when
from sendout.cli.supervisor import Supervisor, say
from sendout.cli.worker import children
from sendout.core.delivery.status import Status
from sendout.deliveries.counting import Tally
from sendout.engine.queue import HEARTBEAT
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import SendOut, State
from sendout.sendouts.waits import when_words

WORKER_LOOK = 2.0  # seconds between two looks whether anybody works
BAR = 20  # characters
ENDED = (State.FINISHED, State.CANCELLED, State.DRAFT)


def worker_is_alive() -> bool:
    """Say whether a worker of this database has shown a sign of life of late."""
    limit = Now() - timedelta(seconds=3 * HEARTBEAT)
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=limit).exists()


def wait_until_done(sendout: SendOut) -> bool:
    """Wait until nothing of the send-out can move any more; False when a signal came first."""
    watch = Watch(sendout)
    with Supervisor([]) as supervisor, line_on_terminal(watch):
        while not watch.is_over():
            watch.help(supervisor)
            if not supervisor.look():
                say(f"it goes on by itself where a worker runs; see `sendout status {sendout.pk}`")
                return False
            watch.look()
    return True


@contextlib.contextmanager
def line_on_terminal(watch: Watch) -> Iterator[None]:
    """Leave the last state of the progress bar on a line of its own."""
    watch.on_terminal = sys.stderr.isatty()
    try:
        yield
    finally:
        if watch.on_terminal:
            watch.show(tallies_of(watch.sendout))
            print(file=sys.stderr, flush=True)


@dataclass
class Watch:
    """What is seen of a send-out while somebody waits for it."""

    sendout: SendOut
    on_terminal: bool = False
    next_look: float = 0.0
    said: set[str] = field(default_factory=set)
    width: int = 0

    def is_over(self) -> bool:
        """Look whether it has ended."""
        self.sendout.refresh_from_db(fields=["state"])
        return self.sendout.state in ENDED

    def help(self, supervisor: Supervisor) -> None:
        """Start a worker when there is none."""
        if supervisor.children or time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + WORKER_LOOK
        if not worker_is_alive():
            supervisor.children.extend(children(1))
            supervisor.start()

    def look(self) -> None:
        """Show how far it has come and, once, what is in its way."""
        pks = [self.sendout.email_sender_id, self.sendout.sms_sender_id]
        for sender in Sender.objects.filter(pk__in=[pk for pk in pks if pk]):
            if sender.down_until is not None:
                self.say_once(f"“{sender.name}” does not work: {sender.down_reason} Still trying.")
        if self.sendout.state == State.PAUSED:
            self.say_once("the send-out is paused; it goes on when somebody resumes it")
        if self.sendout.state == State.SCHEDULED:
            self.say_once(f"waiting: it is scheduled{when(self.sendout)}")
        found = tallies_of(self.sendout)
        if any(Status.DEFERRED in tally.by_status for tally in found.values()):
            self.say_once(
                "some are refused for now and tried again by themselves: waiting for that"
            )
        self.sendout.refresh_from_db(fields=["fallback", "fallback_at"])
        if self.sendout.falls_back and self.sendout.fallback_at:
            self.say_once(f"SMS follow {when_words(self.sendout, timezone.now())}")
        if self.on_terminal:
            self.show(found)

    def say_once(self, sentence: str) -> None:
        """Tell the person at the terminal, but not again and again."""
        if sentence not in self.said:
            self.said.add(sentence)
            if self.on_terminal:
                print(file=sys.stderr)
            say(sentence)

    def show(self, found: dict[str, Tally]) -> None:
        """Draw the bars over those drawn before. found: the numbers by channel."""
        parts = [bar(str(Channel(channel).label), tally) for channel, tally in found.items()]
        line = "   ".join(parts) or f"waiting for the start of “{self.sendout.name}”"
        line = line[: shutil.get_terminal_size().columns - 1]
        print(f"\r{line:<{self.width}}", end="", file=sys.stderr, flush=True)
        self.width = len(line)


def bar(label: str, tally: Tally) -> str:
    """Draw the progress of one channel in plain characters."""
    full = tally.percent * BAR // 100
    failed = f", {troubled(tally):,} failed" if troubled(tally) else ""
    drawn = "#" * full + "-" * (BAR - full)
    return f"{label} [{drawn}] {tally.done:,} of {tally.addressed:,}{failed}"
