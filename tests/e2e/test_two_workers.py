"""Workers started by hand against one database share the work, and may die of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import Home, Started
from tests.rigs.recording_sink import RecordingSink

MANY = 4_000
EACH = 1_003  # millionths that an email costs
LEASE = "6"  # seconds after which a row that a dead worker held is known to be unsure
READY_SECONDS = 60.0
ENDING_SECONDS = 90.0


@dataclass(frozen=True)
class Site:
    """An installation with many participants, whose email goes to a recording sink."""

    home: Home
    sink: RecordingSink
    folder: Path

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
            self.home.ask(
                "UPDATE deliveries_delivery SET next_try_at = now() WHERE status = 'deferred'"
            )
            self.home.ask("UPDATE deliveries_batch SET retry_at = now() WHERE retry_at > now()")
            time.sleep(0.2)


@pytest.fixture
def site(home: Home, tmp_path: Path) -> Iterator[Site]:
    people = tmp_path / "people.csv"
    rows = (f"Ann {n},ann.{n}@example.org\n" for n in range(MANY))
    people.write_text("First name,Email\n" + "".join(rows))
    with RecordingSink(pause=0.002) as sink:
        sender = ("--channel", "email", "--kind", "smtp", "--url", sink.url)
        home.run("sender", "add", "--org", "aqua-club", *sender, "--from", "office@example.org")
        home.run("import", people, "--org", "aqua-club", "--group", "All")
        home.ask(
            "INSERT INTO usage_price (organisation_id, channel, direction, country, price)"
            " SELECT id, 'email', 'out', '', %s FROM accounts_organisation",
            EACH,
        )
        site = Site(home, sink, tmp_path)
        yield site
        check_charges(site)


def check_charges(site: Site) -> None:
    """Whoever died meanwhile: what was accepted is charged once, on its row and in the ledger."""
    rows = "SELECT count(accepted_at), sum(price) FROM deliveries_delivery"
    [(accepted, charged)] = site.home.ask(rows)
    assert charged == accepted * EACH
    ledger = "SELECT sum(n), sum(segments), sum(price) FROM usage_usage"
    assert site.home.ask(ledger) == [(accepted, accepted, charged)]


@contextmanager
def workers(site: Site, count: int) -> Iterator[list[Started]]:
    """Run so many workers, each as on a machine of its own, and stop them afterwards."""
    keys = (site.home.data / "keys").read_text().strip()
    shared = {"DATABASE_URL": site.home.url, "SENDOUT_KEYS": keys, "SENDOUT_LEASE_SECONDS": LEASE}
    with ExitStack() as stack:
        started = []
        for n in range(count):
            data = str(site.folder / f"worker-{n}")
            started.append(site.home.start("worker", SENDOUT_DATA=data, **shared))
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


def ports_of(worker: Started, server: int) -> set[int]:
    """Give the local ports of a process's open connections to a port of this machine."""
    inodes = set()
    for descriptor in Path(f"/proc/{worker.process.pid}/fd").iterdir():
        target = os.readlink(descriptor) if descriptor.is_symlink() else ""
        inodes.add(target.removeprefix("socket:[").removesuffix("]"))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port = f":{server:04X}"
    return {int(r[1][-4:], 16) for r in rows if r[2].endswith(port) and r[9] in inodes}


def test_two_workers_share_one_send_out_and_nothing_is_sent_twice(site: Site) -> None:
    with workers(site, 2) as (first, second):
        site.send()
        site.sink.wait_for(MANY // 2)
        ports = [ports_of(worker, site.sink.port) for worker in (first, second)]
        site.wait_until_finished()
        assert (first.end(), second.end()) == (0, 0)
    assert site.statuses() == {"sent": MANY}
    times = site.sink.times()
    assert (len(times), set(times.values())) == (MANY, {1})
    shares = [sum(each.client in own for each in site.sink.received) for own in ports]
    assert min(shares) > MANY // 10, shares


def test_a_killed_worker_loses_nothing_and_what_is_sent_twice_is_marked(site: Site) -> None:
    with workers(site, 2) as (victim, _):
        site.send()
        site.sink.wait_for(MANY // 4)
        victim.process.kill()
        victim.process.wait()
        time.sleep(0.2)  # until the database has let go of what it said last
        held = "SELECT coalesce(sum(cardinality(held)), 0) FROM deliveries_batch"
        [(in_hand,)] = site.home.ask(held)
        site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    times = site.sink.times()
    assert len(times) == MANY
    twice = {address for address, n in times.items() if n > 1}
    marked = "SELECT address FROM deliveries_event JOIN deliveries_delivery d ON d.id = delivery_id"
    unsure = {row[0] for row in site.home.ask(f"{marked} WHERE kind = 'unsure'")}
    assert twice <= unsure
    assert 0 < len(unsure) <= in_hand
    assert max(times.values()) == 2


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(site: Site) -> None:
    with workers(site, 1) as (worker,):
        site.send()
        site.sink.wait_for(MANY // 8)
        asked = time.monotonic()
        assert worker.end() == 0
        assert time.monotonic() - asked < 15
    stopped = site.statuses()
    assert set(stopped) == {"sent", "queued"}
    assert stopped["sent"] == len(site.sink.received)
    with workers(site, 1):
        site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}
