"""Keeps child processes running until a signal says stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType

from sendout.cli.problem import Problem

LOOK_SECONDS = 0.1
DRAIN_SECONDS = 30.0
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds before a child that died is started again
SHORT_LIFE = 10.0  # seconds; a child that dies younger has failed to start
MOST_SHORT_LIVES = 5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def sendout_command(*words: str) -> list[str]:
    """Give the command line of another `sendout` process."""
    return [
        sys.executable,
        "-c",
        "import sys; from sendout.cli import main; sys.exit(main())",
        *words,
    ]


@dataclass
class Child:
    """One process to keep running, and what became of it so far."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    short_lives: int = 0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches it through us alone."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def look(self) -> None:
        """Start it when it is due; when it has died, say so and put off its next start."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self._bury(self.process.returncode)

    def _bury(self, code: int) -> None:
        self.process = None
        short = time.monotonic() - self.started < SHORT_LIFE
        self.short_lives = self.short_lives + 1 if short else 0
        if self.short_lives >= MOST_SHORT_LIVES:
            raise Problem(
                f"{self.name} ended {self.short_lives} times at its start; its reason is above"
            )
        delay = min(FIRST_DELAY * 2**self.short_lives, LONGEST_DELAY)
        self.start_at = time.monotonic() + delay
        say(f"{self.name} ended ({describe(code)}); starting it again in {delay:g} s")


@dataclass
class Supervisor:
    """Several children; a context manager that stops them all at its end."""

    children: list[Child]
    stops_asked: int = field(default=0, init=False)

    def __enter__(self) -> Supervisor:
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self._ask_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops_asked += 1

    def start(self) -> None:
        """Start all children."""
        for child in self.children:
            child.start()

    def look(self) -> bool:
        """Start what has died again; say whether to go on."""
        for child in self.children:
            child.look()
        time.sleep(LOOK_SECONDS)
        return not self.stops_asked

    def watch(self, also: Callable[[], None] = lambda: None) -> None:
        """Keep the children running until a signal comes, calling `also` at every look."""
        with self:
            self.start()
            while self.look():
                also()

    def stop(self) -> None:
        """Ask all children to finish, wait for them, and kill those that take too long.

        A second signal means: do not wait.
        """
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        asked, end = self.stops_asked, time.monotonic() + DRAIN_SECONDS
        while any(process.poll() is None for process in running):
            if time.monotonic() > end or self.stops_asked > max(asked, 1):
                for process in running:
                    process.kill()
            time.sleep(LOOK_SECONDS / 10)


def describe(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    print(f"sendout: {text}", file=sys.stderr, flush=True)
