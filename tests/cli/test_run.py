"""`sendout run` as a person meets it: real processes on a fresh data directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import (
    COMMAND,
    clean_environment,
    interrupt,
    processes_of,
    sendout,
    start,
    status_of_first_page,
    wait_until_gone,
    wait_until_ready,
    wait_until_said,
)
from tests.rigs import free_port

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Give a data directory, and leave no process of it behind when a test fails."""
    directory = tmp_path / "data"
    yield directory
    for pid in processes_of(directory):
        os.kill(pid, signal.SIGKILL)


def ready(data: Path, port: int, *words: str) -> subprocess.Popen[str]:
    """Start everything and wait for the first page."""
    process = start(data, "--port", str(port), *words)
    wait_until_ready(process)
    return process


def test_run_serves_pages_and_ctrl_c_leaves_nothing_behind(data: Path) -> None:
    port = free_port()
    process = ready(data, port)
    assert status_of_first_page(port) < 500
    made = subprocess.run(
        [*COMMAND, "org", "create", "b", "--name", "B", "--owner-email", "b@example.org"],
        env=clean_environment() | {"SENDOUT_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"http://127.0.0.1:{port}/account/" in made.stdout
    assert interrupt(process) == 0
    assert not wait_until_gone(data, seconds=1)
    assert not (data / "url").exists()


def test_everything_starts_again_after_everything_was_killed(data: Path) -> None:
    port = free_port()
    process = ready(data, port)
    for pid in processes_of(data):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert not wait_until_gone(data)
    again = ready(data, port)
    assert status_of_first_page(port) < 500
    assert interrupt(again) == 0


def test_children_and_database_end_when_only_run_is_killed(data: Path) -> None:
    process = ready(data, free_port())
    process.kill()
    process.wait()
    assert not wait_until_gone(data)


def test_a_web_server_that_dies_is_started_again(data: Path) -> None:
    port = free_port()
    process = ready(data, port)
    web = [pid for pid, line in processes_of(data).items() if " web " in line]
    for pid in web:
        os.kill(pid, signal.SIGKILL)
    wait_until_said(process, "the web server ended (killed by SIGKILL)")
    assert interrupt(process) == 0
    assert not wait_until_gone(data, seconds=1)


def test_a_database_that_dies_is_started_again(data: Path) -> None:
    port = free_port()
    process = ready(data, port, "--workers", "0")
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    wait_until_said(process, "PostgreSQL has ended; starting it again")
    result = sendout("migrate", "--data", str(data))
    assert "No migrations to apply" in result.stdout
    assert interrupt(process) == 0
    assert not wait_until_gone(data, seconds=1)


def test_a_taken_port_is_said_before_anything_starts(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = sendout("run", "--data", str(data), "--port", str(port))
    assert result.returncode == 2
    assert result.stderr.startswith(f"sendout: port {port} of 127.0.0.1 cannot be used: ")
    assert result.stderr.count("\n") == 1
    assert not (data / "postgres").exists()


def test_two_commands_share_one_database(data: Path) -> None:
    process = ready(data, free_port(), "--workers", "0")
    result = sendout("migrate", "--data", str(data))
    assert "No migrations to apply" in result.stdout
    assert interrupt(process) == 0
