"""Workers answer Prometheus where they are told to, each on a port of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from sendout.cli.worker import children, program_name
from tests.cli.running import COMMAND, clean_environment, interrupt, sendout, wait_until_gone
from tests.rigs import free_port


def test_each_process_gets_a_port_of_its_own() -> None:
    given = [child.command[-3:] for child in children(2, "10.0.0.5", [9431, 9432])]
    assert given == [["10.0.0.5", "--metrics-port", port] for port in ("9431", "9432")]


def test_without_a_port_none_is_handed_on() -> None:
    assert all("--metrics-port" not in child.command for child in children(3))


def test_a_worker_names_its_host_and_process() -> None:
    assert program_name().split()[-1] == str(os.getpid())


def test_a_port_that_is_taken_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = sendout("worker", "--data", str(tmp_path / "data"), "--metrics-port", str(port))
    assert result.returncode == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in result.stderr
    assert "--metrics-port" in result.stderr
    wait_until_gone(tmp_path / "data")


def test_a_worker_answers_prometheus_until_it_stops(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "data"
    command = [*COMMAND, "worker", "--data", str(data), "--metrics-port", str(port)]
    process = subprocess.Popen(command, env=clean_environment(), start_new_session=True)
    try:
        assert "sendout_worker_journal_broken 0.0" in ask(port)
        assert interrupt(process) == 0
    finally:
        if process.poll() is None:
            process.kill()
        wait_until_gone(data)


def ask(port: int, seconds: float = 60.0) -> str:
    """Give the figures as soon as somebody answers there."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.URLError:
            assert time.monotonic() < end, "nobody answered in time"
            time.sleep(0.2)
