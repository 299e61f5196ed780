"""Which database a command works on, and whether its tables are up to date."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from sendout.cli.embedded import EmbeddedServer, prepare
from sendout.cli.problem import Problem

ANSWER_SECONDS = 10
MIGRATING = 7_366_368  # any number, the same for all: the key of the advisory lock


def data_directory() -> Path:
    """Give the data directory of this process, as an absolute path."""
    return Path(os.environ.get("SENDOUT_DATA", ".data")).absolute()


def require(data: str | None) -> None:
    """Raise Problem where a command would find nothing: no database of its own, and no data."""
    if os.environ.get("DATABASE_URL"):
        return
    directory = Path(data or data_directory()).absolute()
    try:
        there = EmbeddedServer(directory).cluster.exists()
    except OSError:  # `configure` says why it cannot be used
        return
    if not there:
        raise Problem(
            f"there is no data of Sendout in {directory}: say where it is with --data or "
            "SENDOUT_DATA, or begin with `sendout run` or `sendout org create`"
        )


def configure(data: str | None) -> None:
    """Tell Django and all child processes the data directory and the database; import the models.

    The embedded server's address is known before it runs. Raises Problem when the data directory
    or a setting cannot be used.
    """
    if data is not None:
        os.environ["SENDOUT_DATA"] = data
    directory = data_directory()
    os.environ["SENDOUT_DATA"] = str(directory)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sendout.settings")
    prepare(directory)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = EmbeddedServer(directory).url
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Problem(str(error)) from error


@contextlib.contextmanager
def scratch(parent: str | None) -> Iterator[str]:
    """Give a new data directory, removed afterwards; no database of the user's is touched.

    parent: where it is made, if that matters. Raises Problem when nothing can be made there.
    """
    os.environ.pop("DATABASE_URL", None)
    try:
        directory = tempfile.TemporaryDirectory(prefix="sendout-", dir=parent)
    except OSError as error:
        raise Problem(f"no directory can be made in {parent}: {error.strerror}") from None
    with directory as path:
        yield path


def is_embedded() -> bool:
    """Say whether the database is the embedded server of the data directory."""
    return os.environ["DATABASE_URL"] == EmbeddedServer(data_directory()).url


@contextlib.contextmanager
def opened() -> Iterator[EmbeddedServer | None]:
    """Use the database for a while: the embedded server is kept running, any other must answer.

    Gives the embedded server, or None for a database of the user's own.
    """
    if is_embedded():
        with EmbeddedServer(data_directory()) as server:
            yield server
            connections.close_all()
    else:
        check_answer(os.environ["DATABASE_URL"])
        yield None


def check_answer(url: str) -> None:
    """Raise Problem unless the database at the address takes a connection."""
    try:
        psycopg.connect(url, connect_timeout=ANSWER_SECONDS).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise Problem(f"the database of DATABASE_URL cannot be used: {reason}") from error


def ensure_tables(*, may_migrate: bool) -> None:
    """Bring the tables up to date, or say that somebody must.

    Our own embedded database is migrated at once; one that the user runs only by `sendout
    migrate`, at a time of their choosing.
    """
    if not is_behind():
        return
    if not may_migrate:
        raise Problem("the database's tables are not up to date; run `sendout migrate`")
    migrate(verbosity=0)


def is_behind() -> bool:
    """Say whether a migration waits to be applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate(verbosity: int) -> None:
    """Apply all migrations; processes that come at once do it one after the other."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        call_command("migrate", interactive=False, verbosity=verbosity)
