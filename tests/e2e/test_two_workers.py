"""Workers started by hand against one database share the work, and may die of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Home, Started
from tests.e2e.working import MANY, Site, open_site, workers
from tests.rigs.recording_sink import RecordingSink

EACH = 1_003  # millionths that an email costs


@pytest.fixture
def site(home: Home, tmp_path: Path) -> Iterator[Site]:
    with open_site(home, tmp_path, RecordingSink(pause=0.002)) as site:
        home.ask(
            "INSERT INTO usage_price (organisation_id, channel, direction, country, price)"
            " SELECT id, 'email', 'out', '', %s FROM accounts_organisation",
            EACH,
        )
        yield site
        check_charges(site)


def check_charges(site: Site) -> None:
    """Whoever died meanwhile: what was accepted is charged once, on its row and in the ledger."""
    rows = "SELECT count(accepted_at), sum(price) FROM deliveries_delivery"
    [(accepted, charged)] = site.home.ask(rows)
    assert charged == accepted * EACH
    ledger = "SELECT sum(n), sum(segments), sum(price) FROM usage_usage"
    assert site.home.ask(ledger) == [(accepted, accepted, charged)]


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
