"""Database work of the asynchronous engine, done in a few threads that keep their connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")


async def in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function that speaks to the database, without holding up those who send."""

    def run() -> T:
        try:
            return work(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connection.close()  # the next one opens a new connection
            raise

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


def close() -> None:
    """Close the connections of all threads; they open new ones when they are needed again."""
    together = threading.Barrier(THREADS)

    def close_mine() -> None:
        together.wait(timeout=10)
        connections.close_all()

    for done in [_threads.submit(close_mine) for _ in range(THREADS)]:
        done.result()
