"""Pause, resume, cancel and expiry of a send-out of thousands that a real worker is sending."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.conftest import MakeSite
from tests.chaos.site import Site, time_flies
from tests.rigs.sink import Plants

MANY = 4_000
Running = Callable[..., tuple[Site, int]]
MOVING = ["queued", "sending", "deferred", "unknown"]


@pytest.fixture
def running(make_site: MakeSite, tmp_path: Path) -> Running:
    """Give a function that starts a send-out to many and waits until a part of it has left."""

    def start(plants: Plants, *words: str) -> tuple[Site, int]:
        site = make_site(plants)
        site.people(tmp_path, MANY)
        site.start_worker()
        site.wait_for_workers(3)
        sendout = site.send(*words)
        site.sink.wait_for(MANY // 10)
        return site, sendout

    return start


def test_a_pause_holds_within_a_second_and_resuming_loses_and_doubles_nobody(
    running: Running,
) -> None:
    site, sendout = running(Plants(pause=0.004))
    site.steer("lifecycle.pause(sendout)", sendout)
    time.sleep(1)
    held = site.sink.size()
    time.sleep(3)
    assert site.sink.size() == held < MANY
    assert site.statuses() == {"sent": held, "queued": MANY - held}
    site.steer("steer.resume(sendout)", sendout)
    site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}
    assert len(site.sink.times()) == MANY


def test_after_a_cancelling_everybody_has_been_sent_to_or_failed_or_was_stopped(
    running: Running,
) -> None:
    site, sendout = running(Plants(pause=0.004, later=0.05, never=0.02, seed=3))
    site.steer("steer.cancel(sendout)", sendout)
    site.wait_for("SELECT 1 FROM deliveries_count WHERE n > 0 AND status = ANY(%s)", MOVING)
    time.sleep(1)
    ended = site.statuses()
    assert sum(ended.values()) == MANY
    assert set(ended) == {"sent", "bounced", "cancelled"}
    assert ended["sent"] == site.sink.size()
    assert dict(site.ask("SELECT status, n FROM deliveries_count WHERE n > 0")) == ended


def test_an_expired_send_out_sends_nothing_late(running: Running) -> None:
    site, _ = running(Plants(pause=0.004, later=0.05, seed=3))
    site.ask("UPDATE sendouts_sendout SET expires_at = now() + interval '1 s'")
    time.sleep(2.0)
    left = site.sink.size()
    with time_flies(site):
        site.wait_until_finished()
    assert site.sink.size() == left < MANY
    assert site.statuses() == {"sent": left, "skipped": MANY - left}
    reasons = "SELECT DISTINCT skip_reason FROM deliveries_delivery WHERE status = 'skipped'"
    assert site.ask(reasons) == [("expired",)]
