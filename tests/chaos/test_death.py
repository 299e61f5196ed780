"""What is promised when one thing dies: see docs/what-survives.md."""

from __future__ import annotations

import resource
import signal
import sys
import time
from pathlib import Path

import psycopg

from tests.chaos.conftest import MakeSite
from tests.chaos.site import FULL, LEASE, time_flies
from tests.rigs.sink import Plants

MANY = 3_000
CONNECTIONS = 4  # of one worker to one sender: what a sender has by default
TAKEN_OVER = 30.0  # seconds
BIG, URGENT = (30_000 if FULL else 8_000), 50
GENEROUS = 15.0  # seconds; the figure aimed at is 2
NONE_IN_HAND = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM deliveries_batch WHERE held IS NOT NULL)"
HALF = 64 * 1024  # bytes of a file: a disk that is nearly full


def test_what_a_dead_worker_had_is_taken_over_within_half_a_minute(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site(Plants(pause=0.004))
    site.people(tmp_path, MANY)
    victim = site.start_worker()
    site.wait_for_workers(3)
    site.start_worker()
    site.wait_for_workers(6)
    site.send()
    site.sink.wait_for(MANY // 3)
    site.kill(victim)
    killed = time.monotonic()
    with time_flies(site):
        site.wait_until_finished(TAKEN_OVER)
    seconds = time.monotonic() - killed
    sys.stdout.write(f"\nafter the death of a worker all was done in {seconds:.1f} s\n")
    assert site.statuses() == {"sent": MANY}
    # One for each connection; a machine that is busy stops the other worker for a lease, too.
    assert sum(site.sink.times().values()) <= MANY + 2 * CONNECTIONS


def test_texts_that_a_dead_worker_held_are_not_sent_again_by_themselves(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site(Plants())
    site.home.run("sender", "add", "--org", "aqua-club", "--channel", "sms", "--kind", "sandbox")
    people, text = tmp_path / "phones.csv", tmp_path / "closed.txt"
    people.write_text("First name,Cell phone\n" + "".join(map(phone, range(400))))
    text.write_text("The pool is closed today")
    site.home.run("import", people, "--org", "aqua-club", "--group", "Phones")
    victim = site.start_worker()
    site.wait_for_workers(3)
    with psycopg.connect(site.server.url) as blocking:
        blocking.execute("LOCK senders_throughput")  # so nothing can be settled
        site.home.run("send", "--org", "aqua-club", "--group", "Phones", "--sms", text)
        site.wait_for(NONE_IN_HAND)
        site.kill(victim)
        for journal in (site.home.data / "journal").iterdir():  # the whole machine is gone
            journal.unlink()
    site.start_worker()
    site.wait_until_finished()
    tries = dict(site.ask("SELECT attempt, count(*) FROM deliveries_delivery GROUP BY 1"))
    assert tries == {1: 400}
    unsure = site.ask("SELECT delivery_id FROM deliveries_event WHERE kind = 'unsure'")
    assert len(unsure) == site.statuses().get("unknown", 0) > 0


def phone(n: int) -> str:
    """Write one row of a list."""
    return f"Ann {n},416320{1000 + n}\n"


def test_without_room_for_the_journal_sending_stops_and_says_so_and_goes_on_later(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site(Plants(pause=0.002))
    site.people(tmp_path, MANY)
    worker = site.start_worker()
    site.wait_for_workers(3)
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (HALF, resource.RLIM_INFINITY))
    site.send()
    site.wait_for("SELECT 1 FROM senders_sender WHERE down_reason NOT LIKE '%%journal%%'")
    time.sleep(2)
    left = site.sink.size()
    time.sleep(3)
    assert site.sink.size() == left < MANY
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (-1, -1))
    with time_flies(site):
        site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}


def test_an_urgent_send_out_does_not_wait_behind_a_large_one(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site(Plants(pause=0.02))  # so many are still waiting when the urgent ones are away
    site.people(tmp_path, BIG)
    site.people(tmp_path, URGENT, group="Urgent")
    for _ in range(2):
        site.start_worker()
    site.wait_for_workers(6)
    site.send()
    site.sink.wait_for(BIG // 50)
    urgent = site.send("--urgent", group="Urgent")
    moving = "SELECT 1 FROM deliveries_count WHERE sendout_id = %s AND status = ANY(%s) AND n > 0"
    site.wait_for(moving, urgent, ["queued", "sending", "deferred"])
    assert site.statuses(urgent) == {"sent": URGENT}
    queued = site.statuses().get("queued", 0)
    ((seconds,),) = site.ask(
        "SELECT extract(epoch FROM max(d.accepted_at) - max(s.started_at))::float FROM "
        "deliveries_delivery d JOIN sendouts_sendout s ON s.id = sendout_id WHERE s.id = %s",
        urgent,
    )
    sys.stdout.write(f"\n{URGENT} urgent ones were away in {seconds:.2f} s, {queued} waited\n")
    assert queued
    assert seconds < GENEROUS


def test_who_lives_settles_what_it_heard_while_the_database_was_away(
    make_site: MakeSite, tmp_path: Path
) -> None:
    site = make_site(Plants(pause=0.004))
    site.people(tmp_path, MANY)
    for _ in range(2):
        site.start_worker()
    site.wait_for_workers(6)
    site.send()
    site.sink.wait_for(MANY // 3)
    site.restart_database(signal.SIGINT, away=float(LEASE) + 2)
    with time_flies(site):
        site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}


def test_cut_connections_to_the_database_stop_nothing(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site(Plants(pause=0.004))
    site.people(tmp_path, MANY)
    site.start_worker()
    site.wait_for_workers(3)
    site.send()
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    for part in range(1, 6):
        site.sink.wait_for(part * MANY // 6)
        site.ask(f"{cut} AND backend_type = 'client backend'")
    with time_flies(site):
        site.wait_until_finished()
    assert site.statuses() == {"sent": MANY}
    assert set(site.sink.times().values()) == {1}
    site.wait_for("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'dispatch_batch'")
