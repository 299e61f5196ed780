"""A private installation for a test: its own data directory, used by the real commands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sendout.cli.embedded import EmbeddedServer
from tests.cli.running import clean_environment, wait_until_gone

SENDOUT = str(Path(sys.executable).with_name("sendout"))
LONGEST = 120.0  # seconds of one command


@dataclass(frozen=True)
class Home:
    """Runs `sendout` on one data directory."""

    data: Path

    def run(self, *words: str | Path, code: int = 0) -> str:
        """Run a command to its end, expect this exit code, and give what it printed."""
        done = subprocess.run(
            [SENDOUT, *map(str, words)],
            env=clean_environment() | {"SENDOUT_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
        assert done.returncode == code, done.stderr or done.stdout
        return done.stdout if code != 2 else done.stderr

    def json(self, *words: str | Path, code: int = 0) -> Any:
        """Run a command that prints JSON."""
        return json.loads(self.run(*words, code=code))

    def deliveries(self, sendout: int) -> list[dict[str, Any]]:
        """Give all deliveries of a send-out."""
        where = ("--org", "aqua-club", "--send-out", str(sendout), "--format", "json")
        found: list[dict[str, Any]] = self.json("export", "deliveries", *where)
        return found

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command that goes on, such as a worker."""
        return subprocess.Popen(
            [SENDOUT, *words],
            env=clean_environment() | {"SENDOUT_DATA": str(self.data)} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Give an installation with one organisation, on a database that runs throughout."""
    home = Home(tmp_path / "data")
    with EmbeddedServer(home.data, careless=True):
        home.run("org", "create", "aqua-club", "--name", "Aqua Club")
        yield home
    assert not wait_until_gone(home.data)
