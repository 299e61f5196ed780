"""An installation to be broken: a real PostgreSQL, real workers, a recording sink."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg

from sendout.cli.embedded import EmbeddedServer
from tests.counts import assert_counted
from tests.e2e.conftest import SENDOUT, Home
from tests.rigs.sink import Sink

FULL = os.environ.get("CHAOS") == "full"  # as `make chaos` sets it
LEASE = "10"  # seconds after which a row that a dead worker held is known to be unsure
READY_SECONDS = 60.0
HASTE = 0.3  # seconds between two looks for retries to bring forward
ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '5 s'"
STEER = """
from sendout.deliveries import freeze, steer
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
sendout = SendOut.objects.get(pk={sendout})
{words}
"""
LATE = (
    "UPDATE deliveries_delivery SET next_try_at = now() WHERE status = 'deferred' "
    "AND next_try_at > now()",
    "UPDATE deliveries_batch SET retry_at = now() WHERE retry_at > now()",
    "UPDATE senders_sender SET down_until = now() WHERE down_until > now()",
    "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' "
    "AND scheduled_at > now()",
)
NEWS = "<title>News</title><p>Hi {{ first_name }}, the pool is open.</p>"


@dataclass
class Site:
    """One data directory with its database, and the workers on it."""

    home: Home
    server: EmbeddedServer
    sink: Sink
    environment: dict[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database, as soon as it is there."""
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                with psycopg.connect(self.server.url, autocommit=True) as connection:
                    cursor = connection.execute(sql.encode(), values or None)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                assert time.monotonic() < end
                time.sleep(0.1)

    def statuses(self, sendout: int | None = None) -> dict[str, int]:
        """Give how many deliveries have which status, by the rows themselves."""
        sql = "SELECT status, count(*) FROM deliveries_delivery WHERE %s::int IS NULL OR "
        return dict(self.ask(sql + "sendout_id = %s GROUP BY 1", sendout, sendout))

    def people(self, folder: Path, count: int, group: str = "All") -> None:
        """Import so many participants into a group."""
        file = folder / f"{group}.csv"
        rows = (f"Ann {n},{group.lower()}.{n}@example.org\n" for n in range(count))
        file.write_text("First name,Email\n" + "".join(rows))
        self.home.run("import", file, "--org", "aqua-club", "--group", group)

    def send(self, *words: str, group: str = "All") -> int:
        """Start a send-out to a group; the workers do the rest."""
        news = self.home.data.parent / "news.html"
        news.write_text(NEWS)
        to = ("--group", group, "--html", news)
        answer = self.home.json("send", "--org", "aqua-club", *to, *words, "--json")
        return int(answer["id"])

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker; what it says goes to a file beside the data."""
        words = (
            os.environ
            | self.environment
            | {
                "SENDOUT_DATA": str(self.home.data),
                "SENDOUT_LEASE_SECONDS": LEASE,
            }
        )
        words.pop("DATABASE_URL", None)
        with (self.home.data.parent / "workers.log").open("ab") as log:
            worker = subprocess.Popen(
                [SENDOUT, "worker"], env=words, stderr=log, start_new_session=True
            )
        self.workers.append(worker)
        return worker

    def said(self) -> str:
        """Give what the workers said."""
        return (self.home.data.parent / "workers.log").read_text(errors="replace")

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many workers of Procrastinate have registered."""
        end = time.monotonic() + READY_SECONDS
        while self.ask(ALIVE)[0][0] < count:
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill -9 a worker."""
        self.workers.remove(worker)
        worker.kill()
        worker.wait()

    def restart_database(self, how: signal.Signals, away: float = 0.0) -> None:
        """Stop PostgreSQL, fast (SIGINT) or at once (SIGQUIT), and start it after some seconds."""
        pid = (self.server.cluster / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), how)
        while self.server.is_alive():
            time.sleep(0.01)
        time.sleep(away)
        self.server.ensure_running()

    def steer(self, words: str, sendout: int) -> None:
        """Do with a send-out what a page would do, in a process of its own."""
        code = STEER.format(sendout=sendout, words=words)
        self.home.run("manage", "shell", "-c", code)

    def wait_for(self, none: str, *values: object, seconds: float = 60) -> None:
        """Wait until a query finds nothing any more."""
        end = time.monotonic() + seconds
        while self.ask(none, *values):
            assert time.monotonic() < end, (self.statuses(), self.said()[-3000:])
            time.sleep(0.1)

    def wait_until_finished(self, seconds: float = 120) -> None:
        """Wait until no send-out is being sent any more."""
        self.wait_for("SELECT 1 FROM sendouts_sendout WHERE state = 'running'", seconds=seconds)

    def stop_workers(self) -> list[int]:
        """Ask all workers to stop, and give their exit codes."""
        for worker in self.workers:
            wait_until_it_hears(worker.pid)
            worker.terminate()
        codes = [worker.wait(READY_SECONDS) for worker in self.workers]
        self.workers.clear()
        return codes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        if failed is None:
            assert_counted(self.ask)


@contextlib.contextmanager
def time_flies(site: Site) -> Iterator[None]:
    """Bring every retry, and the end of every sender's rest, forward to now while this lasts."""
    over = threading.Event()

    def hurry() -> None:
        while not over.wait(HASTE):
            with contextlib.suppress(psycopg.Error):  # the database may be away just now
                for late in LATE:
                    site.ask(late)

    thread = threading.Thread(target=hurry)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def moments(chance: random.Random, count: int, of: int) -> list[int]:
    """Choose so many moments, each by how many messages have been recorded by then."""
    return sorted(chance.randrange(of // 50, of * 19 // 20) for _ in range(count))


def wait_until_it_hears(pid: int) -> None:
    """Wait until a process catches SIGTERM; one that has only just begun would die of it."""
    end = time.monotonic() + READY_SECONDS
    while True:
        caught = re.search(
            r"^SigCgt:\s+(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE
        )
        if caught is None or int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        assert time.monotonic() < end, f"{pid} does not listen to signals"
        time.sleep(0.1)
