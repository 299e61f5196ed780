"""Real PostgreSQL in the data directory, started when needed and stopped after its last user.

Three lock files say all there is to know, and the kernel keeps them true through any `kill -9`:
`start` is held while somebody starts the server, `users` is shared by all who use it, and `alive`
is held by the processes of the server itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg

from sendout.cli import cluster, keeper
from sendout.cli.problem import Problem

DATABASE = "sendout"
START_SECONDS = 300.0  # replaying the log after a crash in the middle of a large send-out
STOP_SECONDS = 60.0
LOG_TAIL = 4_000  # characters
WORDS = re.compile(r"(?:FATAL|PANIC|^postgres|Error): +(.+)$", re.MULTILINE)
LOCKS = "locks"
LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "wal_buffers": "16MB",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    # Containers give /dev/shm 64 MB, too little for parallel plans; workers need the cores anyway.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
# For data that nobody will miss: tests.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedServer:
    """The PostgreSQL of one data directory; a context manager around its use.

    Any number of processes may use one directory at once: the first starts the server, the last
    stops it. `careless` trades safety against power loss for speed.
    """

    def __init__(self, data: Path, *, careless: bool = False) -> None:
        self.data = data.resolve()
        self.cluster = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self._locks = self.data / LOCKS
        self._settings = SETTINGS | (CARELESS if careless else {})
        self._held: int | None = None

    @property
    def url(self) -> str:
        """The address of the database, as libpq and Django read it; known before the start."""
        directory = cluster.socket_directory(self.cluster)
        return f"postgresql://{cluster.ROLE}@/{DATABASE}?host={quote(str(directory), safe='/')}"

    def __enter__(self) -> EmbeddedServer:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Become a user of the server, starting it when it does not run.

        Raises Problem when the data directory cannot be used.
        """
        prepare(self.data)
        self._held = held = os.open(self._locks / "users", os.O_RDWR)
        try:
            self._wait_for(lambda: try_lock(held, fcntl.LOCK_SH), "stop")
            self.ensure_running()
        except BaseException:
            self.close()
            raise

    def ensure_running(self) -> None:
        """Start the server unless it runs; harmless to repeat."""
        with self._starting():
            if not self.is_ready():
                self._wait_for(lambda: not self.is_alive(), "stop")
                self._start()

    def close(self) -> None:
        """Stop using the server, and stop it when nobody else uses it."""
        held, self._held = self._held, None
        if held is None:
            return
        try:
            fcntl.flock(held, fcntl.LOCK_UN)
            if try_lock(held, fcntl.LOCK_EX):
                self._stop()
            elif not try_lock(held, fcntl.LOCK_SH):
                # The keeper was quicker: it holds the lock alone until the server has stopped.
                self._wait_for(lambda: not self.is_alive(), "stop")
        finally:
            os.close(held)

    def is_alive(self) -> bool:
        """Say whether any process of the server exists."""
        descriptor = os.open(self._locks / "alive", os.O_RDWR)
        try:
            return not try_lock(descriptor, fcntl.LOCK_EX)
        finally:
            os.close(descriptor)

    def is_ready(self) -> bool:
        """Say whether the server takes connections."""
        return self.is_alive() and self._postmaster()[7:8] == ["ready"]

    def _postmaster(self) -> list[str]:
        """Give the lines of postmaster.pid: process id first, state last (pidfile.h)."""
        try:
            text = (self.cluster / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        return [line.strip() for line in text.splitlines()]

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        descriptor = os.open(self._locks / "start", os.O_RDWR)
        try:
            self._wait_for(lambda: try_lock(descriptor, fcntl.LOCK_EX), "start")
            yield
        finally:
            os.close(descriptor)

    def _start(self) -> None:
        account = cluster.account_for(self.cluster)
        cluster.open_the_way(account, cluster.binaries())
        cluster.open_the_way(account, self.data)
        if not self.cluster.exists():
            cluster.create(self.cluster, account)
        cluster.check_version(self.cluster)
        directory = cluster.socket_directory(self.cluster)
        if directory != self.cluster:
            cluster.make_socket_directory(directory, account)
        # Nothing of this server is alive, so these are left from a crash; their process id may
        # belong to a stranger or to an unburied child by now, and PostgreSQL would believe it.
        for stale in (self.cluster / "postmaster.pid", directory / f"{cluster.SOCKET_NAME}.lock"):
            stale.unlink(missing_ok=True)
        self._wait_until_ready(self._launch(account, directory))
        self._create_database()

    def _launch(self, account: cluster.Account, directory: Path) -> subprocess.Popen[bytes]:
        settings = self._settings | {"unix_socket_directories": f'"{directory}"'}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(cluster.binaries() / "postgres"), "-D", str(self.cluster), *options]
        locks = [str(self._locks / "users"), str(self._locks / "alive")]
        python = [sys.executable, "-I", "-S", keeper.__file__]
        mode = "wb" if self.log.exists() and self.log.stat().st_size > LOG_BYTES else "ab"
        with self.log.open(mode) as log:
            return subprocess.Popen(
                [*python, *locks, str(account.uid), str(account.gid), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the command, not for it
            )

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > end:
                raise Problem(f"PostgreSQL did not start: {self._last_words()} (see {self.log})")
            time.sleep(0.01)

    def _last_words(self) -> str:
        text = self.log.read_text(errors="replace")[-LOG_TAIL:]
        said = WORDS.findall(text) or ["it gave no reason"]
        return str(said[-1])

    def _create_database(self) -> None:
        url = self.url.replace(f"/{DATABASE}?", "/postgres?")
        with psycopg.connect(url, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _stop(self) -> None:
        lines = self._postmaster()
        if self.is_alive() and lines:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(lines[0]), signal.SIGINT)  # fast shutdown
            self._wait_for(lambda: not self.is_alive(), "stop")

    def _wait_for(self, come_true: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + STOP_SECONDS
        while not come_true():
            if time.monotonic() > end:
                raise Problem(
                    f"the PostgreSQL of {self.data} did not {what} within {STOP_SECONDS:.0f} s; "
                    f"see {self.log}"
                )
            time.sleep(0.01)


def prepare(data: Path) -> None:
    """Make the data directory and its lock files; raises Problem when it cannot be used."""
    try:
        if data.exists() and not data.is_dir():
            raise Problem(f"{data} is not a directory; give another data directory with --data")
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        locks = data / LOCKS
        locks.mkdir(mode=0o700, exist_ok=True)
        for name in ("start", "users", "alive"):
            os.close(os.open(locks / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Problem(
            f"the data directory {data} cannot be used: {error.strerror}; make it writable, or "
            "give another with --data"
        ) from error


def try_lock(descriptor: int, kind: int) -> bool:
    """Take the lock if it is free; say whether it was."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
