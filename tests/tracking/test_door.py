"""The real door: its own process, a real PostgreSQL, and both killed in the middle of the work."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from sendout.cli.embedded import EmbeddedServer
from sendout.core.message import links
from sendout.core.tokens import sign
from sendout.deliveries.links import CLICK, OPEN
from sendout.settings import KEYS
from sendout.tracking.answers import GIF
from tests.cli.running import COMMAND, clean_environment, sendout, wait_until_gone
from tests.rigs import free_port

PLACE = "https://club.example/spring"
SEALED = links.seal(settings.TOKEN_KEYS, 2, PLACE)
READERS = 24
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}


def pixel(delivery: int) -> str:
    return f"/o/{sign(settings.TOKEN_KEYS, OPEN, delivery)}.gif"


def link(delivery: int) -> str:
    return f"/c/{sign(settings.TOKEN_KEYS, CLICK, delivery)}/{SEALED}"


class Site:
    """A data directory with its PostgreSQL, and a door that can be killed."""

    def __init__(self, data: Path) -> None:
        self.data, self.port, self.metrics_port = data, free_port(), free_port()
        self.server = EmbeddedServer(data)
        self.door: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start the door, and wait until it answers."""
        ports = ["--port", str(self.port), "--metrics-port", str(self.metrics_port)]
        self.door = subprocess.Popen(
            [*COMMAND, "track", "--data", str(self.data), *ports],
            env=clean_environment() | {"SENDOUT_KEYS": ",".join(KEYS)},
            start_new_session=True,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError("the door did not open")

    def ask(
        self, method: str, path: str, port: int | None = None, **headers: str
    ) -> tuple[int, str, bytes]:
        """Ask once; gives status, place and body."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=15)
        try:
            connection.request(method, path, headers=BROWSER | headers)
            response = connection.getresponse()
            return response.status, response.headers.get("location", ""), response.read()
        finally:
            connection.close()

    def figure(self, name: str) -> float:
        """Read one of the door's figures."""
        text = self.ask("GET", "/metrics", self.metrics_port)[2].decode()
        found = next(line for line in text.splitlines() if line.startswith(f"{name} "))
        return float(found.split()[1])

    def kill(self) -> None:
        """End the door as a power cut would."""
        assert self.door is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.door.pid, signal.SIGKILL)
        self.door.wait()

    def rows(self) -> list[tuple[int, int, str, str, str]]:
        """Give the hits in the table."""
        with psycopg.connect(self.server.url) as connection:
            return connection.execute(
                "SELECT delivery, link, sign, client, url FROM tracking_hit ORDER BY id"
            ).fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with its tables made."""
    data = tmp_path_factory.mktemp("door") / "data"
    done = sendout("migrate", "--data", str(data))
    assert done.returncode == 0, done.stderr
    yield data
    assert not wait_until_gone(data)


@pytest.fixture
def site(place: Path) -> Iterator[Site]:
    site = Site(place)
    with site.server:
        with psycopg.connect(site.server.url) as connection:
            connection.execute("TRUNCATE tracking_hit")
        try:
            site.open()
            yield site
        finally:
            site.kill()


def read_on(site: Site, numbers: Iterator[int], stop: Callable[[], bool], done: list[int]) -> None:
    """Follow link after link on one connection, and note which were answered."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=15)
    while not stop():
        number = next(numbers)
        try:
            connection.request("GET", link(number), headers=BROWSER)
            response = connection.getresponse()
            response.read()
            if response.status == 302:
                done.append(number)
        except (OSError, http.client.HTTPException):
            connection.close()
            time.sleep(0.02)


@contextlib.contextmanager
def readers(site: Site) -> Iterator[list[int]]:
    """Many readers at once, for as long as the block lasts; gives who was answered so far."""
    stopped, done = threading.Event(), list[int]()
    crowd = [
        threading.Thread(
            target=read_on, args=(site, iter(range(n, 10**9, READERS)), stopped.is_set, done)
        )
        for n in range(1, READERS + 1)
    ]
    for reader in crowd:
        reader.start()
    try:
        yield done
    finally:
        stopped.set()
        for reader in crowd:
            reader.join()


def wait_for(done: list[int], more: int) -> None:
    """Wait until so many more were answered."""
    wanted, end = len(done) + more, time.monotonic() + 60
    while len(done) < wanted:
        assert time.monotonic() < end, "nobody is answered any more"
        time.sleep(0.01)


def test_what_is_answered_is_in_the_table(site: Site) -> None:
    assert site.ask("GET", pixel(7)) == (200, "", GIF)
    assert site.ask("GET", link(8))[:2] == (302, PLACE)
    assert site.ask("HEAD", link(9)) == (302, PLACE, b"")
    assert site.rows() == [
        (7, 0, "", "Firefox on a computer", ""),
        (8, 2, "", "Firefox on a computer", PLACE),
        (9, 2, "head", "", PLACE),
    ]
    assert site.figure("sendout_tracking_committed_total") == 3


def test_strangers_get_a_sentence_and_leave_no_trace(site: Site) -> None:
    for method, path, status in [
        ("GET", link(8)[:-1], 404),
        ("GET", f"/c/x/{SEALED}", 404),
        ("GET", "/o/%3Cscript%3E.gif", 404),
        ("GET", "/", 404),
        ("GET", "/c/" + "a" * 20_000, 414),
        ("POST", link(8), 405),
        ("TRACE", link(8), 405),
    ]:
        answered, place, body = site.ask(method, path)
        assert (answered, place) == (status, ""), path
        assert b"script" not in body
    assert site.ask("GET", link(8), Host="go.club.example")[0] == 302
    assert [row[0] for row in site.rows()] == [8]


def test_a_header_from_hell_is_a_sign_like_any_other(site: Site) -> None:
    agent = "',; DROP TABLE\xff" + "x" * 5_000
    assert site.ask("GET", link(8), **{"User-Agent": agent, "Purpose": "\xff" * 500})[0] == 302
    assert [row[:4] for row in site.rows()] == [(8, 2, "", "")]


def test_a_door_that_is_killed_has_lost_nothing_it_answered(site: Site) -> None:
    with readers(site) as done:
        for _ in range(3):
            wait_for(done, 150)
            site.kill()
            site.open()
        wait_for(done, 150)
    kept = {row[0] for row in site.rows()}
    assert len(done) >= 600
    assert not set(done) - kept


def test_a_door_that_is_stopped_answers_who_waits_and_commits(site: Site) -> None:
    with readers(site) as done:
        wait_for(done, 200)
        assert site.door is not None
        site.door.terminate()
        assert site.door.wait(30) == 0
    assert not set(done) - {row[0] for row in site.rows()}


def test_readers_are_led_on_while_postgresql_is_killed_and_nothing_is_lost(site: Site) -> None:
    with readers(site) as done:
        wait_for(done, 150)
        lines = (site.data / "postgres" / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), signal.SIGKILL)
        wait_for(done, 150)  # answered without a database
        assert site.ask("GET", "/healthz")[0] == 503
        site.server.ensure_running()
        wait_for(done, 150)
    end = time.monotonic() + 30
    while set(done) - {row[0] for row in site.rows()}:
        assert time.monotonic() < end, "hits that were answered never came to the table"
        time.sleep(0.1)
    assert site.figure("sendout_tracking_late_total") > 0
    assert site.figure("sendout_tracking_lost_total") == 0
    assert site.ask("GET", "/healthz")[0] == 200


def test_a_database_that_hangs_holds_a_reader_up_for_a_second(site: Site) -> None:
    assert site.ask("GET", link(1))[0] == 302
    with psycopg.connect(site.server.url) as connection:
        connection.execute("LOCK TABLE tracking_hit IN ACCESS EXCLUSIVE MODE")
        assert site.ask("GET", link(2))[:2] == (302, PLACE)
        assert site.figure("sendout_tracking_late_total") == 1
    end = time.monotonic() + 30
    while [row[0] for row in site.rows()] != [1, 2]:
        assert time.monotonic() < end
        time.sleep(0.1)
