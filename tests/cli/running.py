"""Real `sendout` processes, for the tests of the command line."""

from __future__ import annotations

import http.client
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

COMMAND = [sys.executable, "-c", "import sys; from sendout.cli import main; sys.exit(main())"]
FOREIGN = ("DATABASE_URL", "SENDOUT_")
START_SECONDS = 120.0  # two of these may start at the same time


def clean_environment() -> dict[str, str]:
    """Give the environment without what the test process has set for itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}


def sendout(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )


def start(data: Path, *words: str) -> subprocess.Popen[str]:
    """Start `sendout run` on a data directory."""
    return subprocess.Popen(
        [*COMMAND, "run", "--data", str(data), *words],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until_ready(process: subprocess.Popen[str]) -> str:
    """Give the line that says that the product is ready."""
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], START_SECONDS)[0], "nothing was said in time"
    line = process.stdout.readline()
    assert line.startswith("Sendout is ready: "), line or process.communicate()[1]
    return line


def wait_until_said(process: subprocess.Popen[str], words: str) -> None:
    """Read what the process says on standard error until these words come."""
    assert process.stderr is not None
    said = []
    while words not in (line := process.stderr.readline()):
        said.append(line)
        assert line, "".join(said)


def interrupt(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C, and give the exit code."""
    process.send_signal(signal.SIGINT)
    return process.wait(START_SECONDS)


def status_of_first_page(port: int) -> int:
    """Ask for the first page and give the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    return connection.getresponse().status


def processes_of(data: Path) -> dict[int, str]:
    """Give the command lines of all living processes that name the data directory."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in text and int(entry.name) != os.getpid():
            found[int(entry.name)] = text[:200].replace(b"\0", b" ").decode("utf-8", "replace")
    return found


def wait_until_gone(data: Path, seconds: float = 15.0) -> dict[int, str]:
    """Wait until no process of the data directory is left; give those that stay."""
    end = time.monotonic() + seconds
    while (left := processes_of(data)) and time.monotonic() < end:
        time.sleep(0.05)
    return left
