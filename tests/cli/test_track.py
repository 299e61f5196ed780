"""The tracking door: alone, and as a part of `sendout run`."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import socket
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from sendout.cli.embedded import EmbeddedServer
from sendout.cli.run import children, tracking_port
from sendout.core.tokens import sign
from sendout.deliveries.links import OPEN
from sendout.settings import KEYS
from tests.cli.running import (
    interrupt,
    sendout,
    start,
    wait_until_gone,
    wait_until_ready,
    wait_until_said,
)
from tests.rigs import free_port


def options(**more: object) -> argparse.Namespace:
    given = {"host": "127.0.0.1", "port": 8025, "tracking_port": None, "workers": 1} | more
    return argparse.Namespace(**given)


def test_the_door_is_beside_the_pages_unless_told_otherwise() -> None:
    assert tracking_port(options()) == 8026
    assert tracking_port(options(port=65535)) == 65534
    assert tracking_port(options(tracking_port=9000)) == 9000
    door = children(options(tracking_port=9000))[1]
    assert (door.name, door.command[-1]) == ("the tracking door", "9000")


def test_a_port_that_is_taken_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (
            ["track", "--port"],
            ["run", "--port", str(free_port()), "--tracking-port"],
        ):
            result = sendout(*command, port, "--data", str(tmp_path / "data"))
            assert result.returncode == 2
            assert f"port {port} of 127.0.0.1 cannot be used" in result.stderr
            assert command[-1] in result.stderr
    assert not wait_until_gone(tmp_path / "data")


def ask(port: int, path: str, seconds: float = 60.0) -> int:
    """Ask until somebody answers."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as door:
            try:
                door.request("GET", path)
                return door.getresponse().status
            except OSError:
                assert time.monotonic() < end, "nobody answers"
                time.sleep(0.05)


def test_run_starts_the_door_and_a_worker_judges_what_came_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, port, beside = tmp_path / "data", free_port(), free_port()
    monkeypatch.setattr("tests.cli.running.FOREIGN", ("DATABASE_URL", "SENDOUT_DATA"))
    monkeypatch.setenv("SENDOUT_KEYS", ",".join(KEYS))
    monkeypatch.delenv("SENDOUT_EMAIL_URL")
    process = start(data, "--port", str(port), "--tracking-port", str(beside))
    try:
        wait_until_ready(process)
        path = f"/o/{sign(settings.TOKEN_KEYS, OPEN, 12345)}.gif"
        assert [ask(door, path) for door in (beside, port)] == [200, 200]
        assert ask(beside, path[:-6] + "00.gif") == 404
        with psycopg.connect(EmbeddedServer(data).url, autocommit=True) as connection:
            end = time.monotonic() + 60
            while connection.execute("SELECT count(*) FROM tracking_hit").fetchone() != (0,):
                assert time.monotonic() < end, "nobody judges"
                time.sleep(0.2)
            judged = "SELECT last_value FROM tracking_hit_id_seq"
            assert connection.execute(judged).fetchone() == (2,)
        assert interrupt(process) == 0
    finally:
        if process.poll() is None:
            process.kill()
    assert not wait_until_gone(data)


def test_a_door_whose_port_is_taken_waits_while_the_pages_answer(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        beside = taken.getsockname()[1]
        process = start(data, "--port", str(beside - 1), "--workers", "0")
        try:
            wait_until_said(process, f"the tracking door waits: port {beside}")
            wait_until_ready(process)
            taken.close()
            assert ask(beside, "/healthz") == 200
            assert interrupt(process) == 0
        finally:
            if process.poll() is None:
                process.kill()
    assert not wait_until_gone(data)
