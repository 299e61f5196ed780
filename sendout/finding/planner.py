"""Advice to PostgreSQL's planner, which does not know how many rows a word is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL


@contextmanager
def without(way: Literal["seqscan", "bitmapscan", "nestloop"]) -> Iterator[None]:
    """Keep the planner from a way of reading or joining rows, as far as there is another one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        cursor.execute(f"SET LOCAL enable_{way} = on")


def join_by_hash(cursor: CursorWrapper, table: str, many: int) -> None:
    """Keep the joins of the rest of this transaction linear where a table has more than so many.

    The planner knows nothing yet of tables that were just filled, and a nested loop over them
    takes 3 s for 3,000 rows where a hash join takes 10 ms. A small one keeps its index lookups.
    """
    cursor.execute(f"SELECT count(*) > %s FROM {table}", [many])  # noqa: S608 (ours)
    if cursor.fetchone() == (True,):
        cursor.execute("SET LOCAL enable_nestloop = off")


def each_of(ids: Sequence[int]) -> RawSQL:
    """Give ids for an `__in`, so that they are looked up one by one."""
    return RawSQL("SELECT unnest(%s::bigint[])", (ids,))


def among(column: str, ids: Sequence[int]) -> RawSQL:
    """Give the condition that this column is one of however many ids."""
    return RawSQL(f"{column} = ANY(%s::bigint[])", (ids,), BooleanField())  # noqa: S611 (no value)
