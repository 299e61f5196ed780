"""The engine's own connections to the database."""

from __future__ import annotations

import time

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction

from sendout.engine import database
from sendout.engine.database import in_database

LOCK = 2_077


def ask(words: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(words)
        return cursor.fetchone()[0]


def stand_still() -> None:
    """Do what a worker does whose machine is cut off in the middle of a transaction."""
    with transaction.atomic():
        ask(f"SELECT pg_advisory_xact_lock({LOCK})::text")
        time.sleep(2)
        ask("SELECT 1")


@pytest.mark.django_db(transaction=True)
async def test_a_transaction_that_stands_still_loses_its_locks_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database, "STANDSTILL", 0.3)
    database.close()  # the next connections are made as they are now
    try:
        with pytest.raises((OperationalError, InterfaceError)):
            await in_database(stand_still)
        assert await in_database(ask, f"SELECT pg_try_advisory_lock({LOCK})") is True
    finally:
        database.close()
