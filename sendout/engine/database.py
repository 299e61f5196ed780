"""Database work of the asynchronous engine, done in a few threads that keep their connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg.errors import IdleInTransactionSessionTimeout

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
NAME = "database"  # how the names of the threads begin
STANDSTILL = 20.0  # seconds
LIMIT = "SELECT set_config('idle_in_transaction_session_timeout', %s, false)"
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix=NAME)


@receiver(connection_created)
def _let_go(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have PostgreSQL end a transaction of the engine that stands still.

    A machine that is cut off in the middle of one would hold its locks, and with them all other
    workers, until TCP gives up after hours.
    """
    if threading.current_thread().name.startswith(NAME):
        with connection.cursor() as cursor:
            cursor.execute(LIMIT, [f"{STANDSTILL * 1000:.0f}"])


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that speaks to the database, without holding up those who send.

    Raises OperationalError or InterfaceError when the database is away or has let go of us.
    """

    def run() -> T:
        try:
            return work(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connection.close()  # the next one opens a new connection
            raise
        except InternalError as error:
            if not isinstance(error.__cause__, IdleInTransactionSessionTimeout):
                raise
            connection.close()
            raise OperationalError(str(error)) from error

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


def close() -> None:
    """Close the connections of all threads; they open new ones when they are needed again."""
    together = threading.Barrier(THREADS)

    def close_mine() -> None:
        together.wait(timeout=10)
        connections.close_all()

    for done in [_threads.submit(close_mine) for _ in range(THREADS)]:
        done.result()
