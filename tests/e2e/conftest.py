"""A private installation for a test: its own data directory, used by the real commands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sendout.cli.embedded import EmbeddedServer
from tests.cli.running import clean_environment, wait_until_gone
from tests.counts import assert_counted

SENDOUT = str(Path(sys.executable).with_name("sendout"))
LONGEST = 120.0  # seconds of one command


@dataclass(frozen=True)
class Started:
    """A command that goes on, and the file with what it says on standard error."""

    process: subprocess.Popen[bytes]
    errors: Path

    @property
    def said(self) -> str:
        """Give all that it has said so far."""
        return self.errors.read_text()

    def is_running(self) -> bool:
        """Say whether it has not ended yet."""
        return self.process.poll() is None

    def end(self) -> int:
        """Ask it to stop, if it runs, and give its exit code."""
        if self.is_running():
            self.process.terminate()
        return self.process.wait(LONGEST)


@dataclass(frozen=True)
class Home:
    """Runs `sendout` on one data directory."""

    data: Path
    started: list[Started] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The database, as a worker on another machine would name it."""
        return EmbeddedServer(self.data).url

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

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

    def start(self, *words: str, within: Sequence[str] = (), **environment: str) -> Started:
        """Start a command that goes on, such as a worker.

        within: words before it, that have it run elsewhere.
        """
        errors = self.data.with_name(f"stderr-{len(self.started)}")
        with errors.open("w") as stream:
            process = subprocess.Popen(
                [*within, SENDOUT, *words],
                env=clean_environment() | {"SENDOUT_DATA": str(self.data)} | environment,
                stdout=subprocess.DEVNULL,
                stderr=stream,
                start_new_session=True,
            )
        self.started.append(Started(process, errors))
        return self.started[-1]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Give an installation with one organisation, on a database that runs throughout."""
    home = Home(tmp_path / "data")
    with EmbeddedServer(home.data, careless=True):
        home.run("org", "create", "aqua-club", "--name", "Aqua Club")
        try:
            yield home
        finally:
            for started in home.started:
                started.end()
        assert_counted(home.ask)
    assert not wait_until_gone(home.data)
