"""The whole suite runs on a real PostgreSQL, one per test process, started at the first need.

The server's address is known before it starts, so Django's settings can be read at once and tests
that need no database never pay for one.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from sendout.cli.embedded import DATABASE, EmbeddedServer

DATA = Path(tempfile.mkdtemp(prefix="sendout-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
# A folder of this run's own for tmp_path: pytest closes the shared one again at the start of every
# run, and the account that PostgreSQL runs under could no longer pass through it.
(DATA / "tmp").mkdir()
os.environ["PYTEST_DEBUG_TEMPROOT"] = str(DATA / "tmp")
SERVER = EmbeddedServer(DATA, careless=True)

os.environ.update(
    DATABASE_URL=SERVER.url,
    DJANGO_SETTINGS_MODULE="sendout.settings",
    SENDOUT_DATA=str(DATA),
    SENDOUT_EMAIL_URL="memorymail://",
    SENDOUT_KEYS="a key that is good enough for tests",
)
django.setup()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests
# How long an example takes tells how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("sendout", deadline=None)
hypothesis.settings.load_profile("sendout")
pytest_plugins = ["tests.cast", "tests.counts"]


def pytest_configure(config: pytest.Config) -> None:
    """Leave it to the test processes that this one starts to name their own server to Django."""
    if config.getoption("numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(scope="session")
def database_server() -> Iterator[EmbeddedServer]:
    """Run this test process's PostgreSQL, until the last test has ended or failed."""
    with SERVER:
        yield SERVER


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: EmbeddedServer) -> None:
    """Start PostgreSQL before pytest-django makes the test database in it."""


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """Give the address of the test database, for processes that a test starts."""
    name = str(connection.settings_dict["NAME"])
    return SERVER.url.replace(f"/{DATABASE}?", f"/{name}?")


@pytest.fixture(autouse=True)
def jobs_go_with_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Delete the jobs that a test committed: flushing the database passes over them."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames
    commits = commits or bool(marker and marker.kwargs.get("transaction"))
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
