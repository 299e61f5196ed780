"""The PostgreSQL of a data directory: found, shared, stopped, and plain about its limits."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from sendout.cli import acl
from sendout.cli.embedded import EmbeddedServer
from sendout.cli.problem import Problem

USE = """
import sys
from pathlib import Path
import psycopg
from sendout.cli.embedded import EmbeddedServer
from sendout.cli.problem import Problem
try:
    with EmbeddedServer(Path(sys.argv[1]), careless=True) as server:
        print(psycopg.connect(server.url).execute(sys.argv[2]).fetchone()[0])
except Problem as problem:
    sys.exit(str(problem))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """Give a server that has not been started."""
    embedded = EmbeddedServer(tmp_path / "data", careless=True)
    yield embedded
    embedded.close()


def ask(server: EmbeddedServer, question: str) -> str:
    """Ask the database one question over a connection of its own."""
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question).fetchone()
    return str(row[0]) if row else ""


def test_it_is_a_recent_postgresql_in_utf8(server: EmbeddedServer) -> None:
    with server:
        assert int(ask(server, "SHOW server_version_num")) >= 150_000
        assert ask(server, "SHOW server_encoding") == "UTF8"
        assert ask(server, "SELECT lower('ÉCOLE')") == "école"
        assert ask(server, "SHOW listen_addresses") == ""


def test_it_keeps_what_it_was_told(server: EmbeddedServer) -> None:
    with server, psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with server:
        assert ask(server, "SELECT number FROM kept") == "7"


def test_the_last_user_stops_it(server: EmbeddedServer) -> None:
    other = EmbeddedServer(server.data, careless=True)
    with server:
        with other:
            pass
        assert server.is_ready()
    assert not server.is_alive()


def test_many_users_at_once_start_one_server(server: EmbeddedServer) -> None:
    command = [sys.executable, "-c", USE, str(server.data), "SELECT pg_postmaster_start_time()"]

    def answer(_: int) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with server, ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(answer, range(4)))) == 1


def test_it_stops_when_its_only_user_is_killed(server: EmbeddedServer) -> None:
    command = [sys.executable, "-c", USE, str(server.data), "SELECT pg_sleep(60)"]
    user = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not (server.data / "locks" / "alive").exists() or not server.is_ready():
        time.sleep(0.02)
    user.send_signal(signal.SIGKILL)
    user.wait()
    end = time.monotonic() + 15
    while server.is_alive() and time.monotonic() < end:
        time.sleep(0.02)
    assert not server.is_alive()


def test_a_stale_process_id_of_somebody_living_does_not_matter(server: EmbeddedServer) -> None:
    with server:
        pass
    stale = f"{os.getpid()}\n{server.cluster}\n1700000000\n5432\n/tmp\n\n  0 0\nready   \n"
    (server.cluster / "postmaster.pid").write_text(stale)
    (server.cluster / ".s.PGSQL.5432.lock").write_text(stale)
    with server:
        assert ask(server, "SELECT 1") == "1"


def test_a_first_start_that_was_cut_short_leaves_nothing_in_the_way(server: EmbeddedServer) -> None:
    half = server.cluster.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with server:
        assert ask(server, "SELECT 1") == "1"


@pytest.mark.parametrize("name", ["d" * 120, "with, comma", 'with "quotes" and %41 spaces'])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedServer(tmp_path / name, careless=True) as server:
        assert ask(server, "SELECT 1") == "1"


def test_a_file_in_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("not a directory")
    with pytest.raises(Problem, match="is not a directory; give another data directory"):
        EmbeddedServer(place).open()


def test_files_of_another_version_are_refused(server: EmbeddedServer) -> None:
    with server:
        pass
    (server.cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(Problem, match=r"was made by PostgreSQL 16, and this Sendout brings 18"):
        server.open()


def test_a_server_that_cannot_start_says_why(server: EmbeddedServer) -> None:
    with server:
        pass
    (server.cluster / "global" / "pg_control").unlink()
    with pytest.raises(Problem, match=r"PostgreSQL did not start: could not find the database"):
        server.open()
    assert not server.is_alive()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")


@needs_root
def test_a_directory_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    result = as_nobody(tmp_path / "data")
    assert "cannot be used: Permission denied" in result.stderr


@needs_root
def test_an_ordinary_user_is_told_that_the_directory_is_not_theirs(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for directory in [closed, *closed.parents][:7]:
        acl.allow_to_enter(directory, nobody().pw_uid)
    result = as_nobody(closed)
    assert result.returncode == 1
    assert "cannot be used: Permission denied" in result.stderr


@needs_root
def test_an_ordinary_user_runs_it_as_themselves(tmp_path: Path) -> None:
    data = tmp_path / "theirs"
    data.mkdir(mode=0o700)
    os.chown(data, nobody().pw_uid, nobody().pw_gid)
    for directory in list(data.parents)[:6]:
        acl.allow_to_enter(directory, nobody().pw_uid)
    result = as_nobody(data)
    assert result.stdout == "1\n", result.stderr
    assert (data / "postgres").stat().st_uid == nobody().pw_uid


@needs_root
def test_root_lends_its_closed_directories_to_one_account_only(tmp_path: Path) -> None:
    outer = tmp_path / "closed"
    (outer / "inner").mkdir(parents=True)
    outer.chmod(0o700)
    with EmbeddedServer(outer / "inner" / "data", careless=True) as server:
        assert ask(server, "SELECT 1") == "1"
    assert server.cluster.stat().st_uid != 0
    assert outer.stat().st_mode & 0o007 == 0


def nobody() -> pwd.struct_passwd:
    """Give an ordinary account of this machine."""
    return pwd.getpwnam("nobody")


def run_as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an ordinary user, with the packages that we use ourselves."""
    return subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        user=nobody().pw_uid,
        group=nobody().pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
    )


def as_nobody(data: Path) -> subprocess.CompletedProcess[str]:
    """Use the server of a data directory as an ordinary user.

    Our own Python may live in a directory that is closed to others; a twin of the system's does.
    """
    version = f"python3.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            return run_as_nobody(python, "-c", USE, str(data), "SELECT 1")
    pytest.skip("no Python here that an ordinary user may run")
