"""A second machine joins a send-out, and is cut off in the middle of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.e2e.conftest import Home, Started
from tests.e2e.working import MANY, Site, open_site, wait_for_workers, workers
from tests.rigs.recording_sink import RecordingSink
from tests.rigs.second_host import Doorway, SecondHost

AWAY_SECONDS = 4.0
HOSTS = """
SELECT DISTINCT split_part(application_name, ' ', 3) FROM pg_stat_activity
WHERE starts_with(application_name, 'sendout worker ')
"""
UNSURE = """
SELECT address FROM deliveries_event JOIN deliveries_delivery d ON d.id = delivery_id
WHERE kind = 'unsure'
"""


@pytest.fixture
def host() -> Iterator[SecondHost]:
    with SecondHost() as host:
        yield host


@pytest.fixture
def site(host: SecondHost, home: Home, tmp_path: Path) -> Iterator[Site]:
    with open_site(home, tmp_path, RecordingSink(pause=0.004, host=host.here)) as site:
        yield site


@contextmanager
def worker_over_there(site: Site, host: SecondHost, here: list[Started]) -> Iterator[Started]:
    """Run a worker on the second machine, which reaches the database by its wire alone."""
    folder = Path(unquote(site.home.url.rpartition("host=")[2]))
    with Doorway(folder / ".s.PGSQL.5432") as door:
        url = f"postgresql://sendout@{host.here}:{door.port}/sendout"
        settings = site.shared(url, "over-there")
        started = site.home.start("worker", within=host.enter, **settings)
        try:
            wait_for_workers(site, [*here, started])
            yield started
        finally:
            started.process.kill()
            started.process.wait()


def test_two_machines_share_a_send_out(site: Site, host: SecondHost) -> None:
    with workers(site, 1) as here, worker_over_there(site, host, here) as there:
        assert host.name in {name for (name,) in site.home.ask(HOSTS)}
        site.send()
        site.wait_until_finished()
        assert there.end() == 0
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}
    shares = Counter(each.host for each in site.sink.received)
    assert min(shares[host.here], shares[host.there]) > MANY // 10, shares


def test_a_machine_that_is_cut_off_loses_nobody_and_what_came_twice_is_marked(
    site: Site, host: SecondHost
) -> None:
    with workers(site, 1) as here, worker_over_there(site, host, here):
        site.send()
        site.sink.wait_for(MANY // 4)
        with host.cut():
            site.wait_until_finished()
            assert site.statuses() == {"sent": MANY}
        # What it heard before, and says now that it can, changes nothing any more.
        time.sleep(AWAY_SECONDS)
        assert site.statuses() == {"sent": MANY}
    times = site.sink.times()
    assert len(times) == MANY
    twice = {address for address, n in times.items() if n > 1}
    unsure = {address for (address,) in site.home.ask(UNSURE)}
    assert len(unsure) > 0
    assert twice <= unsure
    assert max(times.values()) <= 2
    counted = dict(site.home.ask("SELECT status, n FROM deliveries_count WHERE n > 0"))
    assert counted == {"sent": MANY}
