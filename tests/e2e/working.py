"""An installation with many participants, and workers started by hand against its database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.e2e.conftest import Home, Started
from tests.rigs.recording_sink import RecordingSink

MANY = 4_000
LEASE = "6"  # seconds after which a row that a dead worker held is known to be unsure
LATE = (
    "UPDATE deliveries_delivery SET next_try_at = now() WHERE status = 'deferred'",
    "UPDATE deliveries_batch SET retry_at = now() WHERE retry_at > now()",
)
READY_SECONDS = 60.0
ENDING_SECONDS = 90.0


@dataclass(frozen=True)
class Site:
    """An installation with many participants, whose email goes to a recording sink."""

    home: Home
    sink: RecordingSink
    folder: Path

    def shared(self, database: str, name: str) -> dict[str, str]:
        """Give the settings of a worker on a machine of its own, and its own data directory."""
        return {
            "DATABASE_URL": database,
            "SENDOUT_KEYS": (self.home.data / "keys").read_text().strip(),
            "SENDOUT_LEASE_SECONDS": LEASE,
            "SENDOUT_DATA": str(self.folder / name),
        }

    def statuses(self) -> dict[str, int]:
        """Give how many deliveries have which status, by the rows themselves."""
        return dict(self.home.ask("SELECT status, count(*) FROM deliveries_delivery GROUP BY 1"))

    def send(self) -> None:
        """Start the send-out; the workers do the rest."""
        news = self.folder / "news.html"
        news.write_text("<title>News</title><p>Hi {{ first_name }}, the pool is open.</p>")
        self.home.run("send", "--org", "aqua-club", "--group", "All", "--html", news)

    def wait_until_finished(self) -> None:
        """Wait for the end. What waits for its second try a minute long is tried at once."""
        end = time.monotonic() + ENDING_SECONDS
        while self.home.ask("SELECT 1 FROM sendouts_sendout WHERE state <> 'finished'"):
            assert time.monotonic() < end, (
                self.statuses(),
                *(each.said for each in self.home.started),
            )
            with suppress(psycopg.errors.DeadlockDetected):  # with a worker; there is another turn
                for late in LATE:
                    self.home.ask(late)
            time.sleep(0.2)


@contextmanager
def open_site(home: Home, folder: Path, sink: RecordingSink) -> Iterator[Site]:
    """Let the sink run, make it the way out, and import the participants."""
    people = folder / "people.csv"
    rows = (f"Ann {n},ann.{n}@example.org\n" for n in range(MANY))
    people.write_text("First name,Email\n" + "".join(rows))
    with sink:
        sender = ("--channel", "email", "--kind", "smtp", "--url", sink.url)
        home.run("sender", "add", "--org", "aqua-club", *sender, "--from", "office@example.org")
        home.run("import", people, "--org", "aqua-club", "--group", "All")
        yield Site(home, sink, folder)


@contextmanager
def workers(site: Site, count: int) -> Iterator[list[Started]]:
    """Run so many workers, each as on a machine of its own, and stop them afterwards."""
    with ExitStack() as stack:
        started = []
        for n in range(count):
            started.append(site.home.start("worker", **site.shared(site.home.url, f"worker-{n}")))
            stack.callback(started[-1].end)
        wait_for_workers(site, started)
        yield started


def wait_for_workers(site: Site, started: list[Started]) -> None:
    """Wait until the workers have registered: each process once for sending, once for the rest."""
    limit = time.monotonic() + READY_SECONDS
    alive = "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '5 s'"
    while len(site.home.ask(alive)) < 2 * len(started):
        for worker in started:
            assert worker.is_running(), worker.said
            assert time.monotonic() < limit, worker.said
        time.sleep(0.1)
