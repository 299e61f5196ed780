"""Workers are killed, the database is restarted, the mail server misbehaves: nobody is lost.

Small by default; `make chaos` runs it in full: 50,000 recipients, 20 kills, two restarts.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.conftest import MakeSite
from tests.chaos.site import FULL, Site, moments, time_flies
from tests.rigs.sink import Plants

SEED = int(os.environ.get("CHAOS_SEED", "7"))
CONNECTIONS = 4  # of one worker to one sender: what a sender has by default
TROUBLE = {"later": 0.02, "never": 0.01, "goodbye": 0.005, "cut": 0.005}


@dataclass(frozen=True)
class Size:
    """How much is broken."""

    recipients: int
    kills: int
    restarts: tuple[signal.Signals, ...]
    pause: float


SIZE = (
    Size(50_000, 20, (signal.SIGINT, signal.SIGQUIT), 0.001)
    if FULL
    else Size(3_000, 5, (signal.SIGINT,), 0.006)
)


def test_nobody_is_lost_and_nobody_gets_it_twice_unmarked(make_site: MakeSite, tmp_path: Path):
    site = make_site(Plants(**TROUBLE, pause=SIZE.pause, seed=SEED))
    site.people(tmp_path, SIZE.recipients)
    for _ in range(2):
        site.start_worker()
    site.wait_for_workers(6)
    started = time.monotonic()
    site.send()
    with time_flies(site):
        break_things(site, random.Random(SEED))
        site.wait_until_finished(600)
    seconds = time.monotonic() - started
    assert site.stop_workers() == [0, 0]
    story = Story(site)
    sys.stdout.write(f"\n{story.summary()}, {seconds:.0f} s\n")
    story.check()


def break_things(site: Site, chance: random.Random) -> None:
    """Kill and restart at random moments of the send-out; what was killed is started at once."""
    kills = [(at, None) for at in moments(chance, SIZE.kills, SIZE.recipients)]
    restarts = [(at, how) for at, how in zip((0.35, 0.7), SIZE.restarts, strict=False)]
    restarts = [(int(at * SIZE.recipients), how) for at, how in restarts]
    for at, how in sorted(kills + restarts, key=lambda each: each[0]):
        site.sink.wait_for(at)
        if how is None:
            site.kill(chance.choice(site.workers))
            site.start_worker()
        else:
            site.restart_database(how, away=chance.uniform(0.0, 3.0))


@dataclass
class Story:
    """What the sink wrote down, beside what the database says."""

    site: Site

    def __post_init__(self) -> None:
        ask = self.site.ask
        self.status = dict(ask("SELECT lower(address), status FROM deliveries_delivery"))
        self.times: Counter[str] = self.site.sink.times()
        self.twice = {to for to, n in self.times.items() if n > 1}
        self.repeats = sum(n - 1 for n in self.times.values())
        marks = "SELECT DISTINCT lower(address) FROM deliveries_event JOIN deliveries_delivery d"
        self.marked = {row[0] for row in ask(f"{marks} ON d.id = delivery_id WHERE kind='unsure'")}

    def having(self, *statuses: str) -> set[str]:
        """Give who has one of these statuses."""
        return {to for to, status in self.status.items() if status in statuses}

    def summary(self) -> str:
        """Say it in one line."""
        lost = self.having("sent") - set(self.times)
        return (
            f"{SIZE.recipients} recipients, {SIZE.kills} kills, {len(SIZE.restarts)} restarts of "
            f"PostgreSQL: {dict(Counter(self.status.values()))}, lost {len(lost)}, "
            f"sent twice {self.repeats} (of them unmarked {len(self.twice - self.marked)}), "
            f"marked unsure {len(self.marked)}"
        )

    def check(self) -> None:
        """See that all promises were kept."""
        sent, failed = self.having("sent"), self.having("bounced", "error")
        assert len(self.status) == SIZE.recipients
        assert sent | failed == set(self.status), Counter(self.status.values())
        assert sent <= set(self.times), "counted as sent, and never came"
        assert set(self.times) - sent <= self.marked, "came, and not counted as sent"
        assert self.twice <= self.marked
        assert self.repeats <= CONNECTIONS * SIZE.kills
        assert sum(self.times.values()) - self.repeats == len(set(self.times))
        self._check_reasons()
        self._check_counts()

    def _check_reasons(self) -> None:
        sql = "SELECT error_code, error_text FROM deliveries_delivery WHERE status <> 'sent'"
        assert set(self.site.ask(sql)) <= {("5.1.1", "No such user here")}

    def _check_counts(self) -> None:
        kept = self.site.ask("SELECT status, n, accepted FROM deliveries_count WHERE n <> 0")
        rows = self.site.ask(
            "SELECT status, count(*), count(accepted_at) FROM deliveries_delivery GROUP BY 1"
        )
        assert set(kept) == set(rows)
