"""The benchmark of the tracking door counts what it says; how fast it is, no test asks."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tests.cli.running import COMMAND, clean_environment
from tests.rigs import free_port, require

SECONDS = 120
SMALL = ("--people", "60", "--connections", "8", "--seconds", "1")


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "bench", "track", *SMALL, "--port", str(free_port()), *words],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def test_everything_that_was_answered_is_found_again(tmp_path: Path) -> None:
    require("wrk")
    done = bench("--json", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["client"] == "wrk"
    assert told["missing"] == told["full"]["wrong"] == told["half"]["wrong"] == 0
    assert told["kept"] > 100
    assert told["per_second"] > told["half"]["per_second"] > 0
    assert told["full"]["p99_ms"] >= told["full"]["p50_ms"] > 0
    assert not list(tmp_path.iterdir())


class Pages(BaseHTTPRequestHandler):
    """Answers as the door does, and every other time wrongly."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302 if self.path == "/right" else 500)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("rate", ["0", "50"])
def test_readers_without_wrk_count_what_was_answered(tmp_path: Path, rate: str) -> None:
    file = tmp_path / "paths"
    file.write_text("/right\n/wrong\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever).start()
        told = [str(server.server_port), str(file), "4", "0.5", rate]
        command = [sys.executable, "-m", "sendout.bench.readers", *told]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        server.shutdown()
    found = json.loads(done.stdout.partition("FOUND ")[2])
    asked, Pages.asked[:] = list(Pages.asked), []
    assert found["answered"] == len(asked) > 0
    assert found["wrong"] == asked.count("/wrong")
    assert found["p99_ms"] >= found["p50_ms"] > 0


@pytest.mark.parametrize("words", [["--connections", "0"], ["--seconds", "-1"]])
def test_what_cannot_be_measured_is_said_in_one_sentence(words: list[str]) -> None:
    done = bench(*words)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_events_of_a_service_are_counted_once_and_none_is_missing(tmp_path: Path) -> None:
    few = ("--people", "50", "--batch", "20", "--connections", "2", "--port", str(free_port()))
    done = subprocess.run(
        [*COMMAND, "bench", "events", *few, "--json", "--data", str(tmp_path)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["events"], told["requests"]) == (65, 4)
    assert told["again"] == told["missing"] == 0
    assert told["answered_per_second"] > told["both_per_second"] > 0
