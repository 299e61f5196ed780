"""A cursor for the statements of every slice: PostgreSQL plans them once for each connection.

Their plans must hold for any number of rows: they are made from what PostgreSQL knows when they
are first used, and made anew when it has analysed a table again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import Cursor

NEVER = 2**31  # uses after which psycopg prepares by itself what nobody asked it to prepare


@contextmanager
def hot_cursor() -> Iterator[Cursor[tuple[Any, ...]]]:
    """Open a cursor of psycopg in Django's connection and transaction; pass `prepare=True`.

    Raises Django's errors, as who waits for the database expects.
    """
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:  # then psycopg prepares nothing at all
        raw.prepare_threshold = NEVER
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        yield cursor
