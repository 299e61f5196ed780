"""Procrastinate's workers, kept at work while the database comes and goes.

A worker of Procrastinate ends when its heartbeat, its clock or its LISTEN connection fails, and
when it could not report the end of a job, that job stays "doing" for ever while its worker lives.
So whenever the database has failed one, it ends what it has in hand and another one takes its
place: jobs of a worker that is gone are taken over (`tasks.tidy`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.db import Error, connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.periodic import PeriodicRegistry
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from sendout.engine.database import in_database

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds; jobs are announced by NOTIFY, polling finds those whose time has come
HEARTBEAT, DEAD_AFTER = 2.0, 10.0  # seconds; a dead worker's jobs are taken over after these
MINUTES_AND_UP = 5  # parts of a cron expression without seconds
DELETED = "successful"  # jobs that leave no row behind; failed ones are told of for a while
AWAY = 1.0  # seconds between two tries to reach a database that is away


def _pool(check: object, **settings: Any) -> AsyncConnectionPool:
    """Make a pool that does not ask before each statement whether the connection still lives.

    One that does not fails, and then another worker takes its place, as for any other failure.
    """
    return AsyncConnectionPool(configure=_each_alone, **settings)


async def _each_alone(connection: AsyncConnection) -> None:
    """Have each statement be a transaction of its own, without BEGIN and COMMIT around it."""
    await connection.set_autocommit(True)


class Connector(PsycopgConnector):
    """Procrastinate's connections, which note in `failed` that one of its statements failed."""

    def __init__(self) -> None:
        super().__init__(pool_factory=_pool, kwargs=connector_params(), min_size=1, max_size=4)
        self.failed = asyncio.Event()

    @asynccontextmanager
    async def _noting(self) -> AsyncIterator[None]:
        try:
            yield
        except UniqueViolation:  # somebody else has deferred the same
            raise
        except ConnectorException:
            self.failed.set()
            raise

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        """Run a statement."""
        async with self._noting():
            await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        """Run a statement that gives one row."""
        async with self._noting():
            row: dict[str, Any] = await super().execute_query_one_async(query, **arguments)
            return row

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        """Run a statement that gives rows."""
        async with self._noting():
            rows: list[dict[str, Any]] = await super().execute_query_all_async(query, **arguments)
            return rows


def _ask() -> None:
    connection.ensure_connection()


async def work_on(
    queues: Sequence[str], concurrency: int, stopping: asyncio.Event, *, keeps_time: bool = False
) -> None:
    """Do the jobs of these queues until `stopping`; those in hand are finished first.

    keeps_time: also defer the jobs that are due every few seconds; once in a process is enough.
    """
    while not stopping.is_set():
        try:
            await in_database(_ask)
            await _work(queues, concurrency, stopping, keeps_time)
        except (ConnectorException, Error, psycopg.Error) as error:
            logger.warning("waiting for the database to work on: %s", error.__cause__ or error)
        if not stopping.is_set():
            await asyncio.sleep(AWAY)


def _seldom(registry: PeriodicRegistry) -> PeriodicRegistry:
    """Give what is not due every few seconds.

    Something must be left: a deferrer with nothing to do returns, and Procrastinate then stops
    watching what else runs beside the worker.
    """
    seldom = PeriodicRegistry()  # type: ignore[no-untyped-call]
    seldom.periodic_tasks = {
        name: each
        for name, each in registry.periodic_tasks.items()
        if len(each.cron.split()) == MINUTES_AND_UP
    }
    return seldom


async def _work(
    queues: Sequence[str], concurrency: int, stopping: asyncio.Event, keeps_time: bool
) -> None:
    """Run one worker of Procrastinate until it should stop or the database failed it."""
    connector = Connector()
    here = app.with_connector(connector)
    if not keeps_time:
        here.periodic_registry = _seldom(here.periodic_registry)
    async with here.open_async() as working:
        worker = asyncio.create_task(_run(working, queues, concurrency))
        reasons = [asyncio.create_task(event.wait()) for event in (stopping, connector.failed)]
        await asyncio.wait({worker, *reasons}, return_when=asyncio.FIRST_COMPLETED)
        for reason in reasons:
            reason.cancel()
        worker.cancel()  # it takes that as a wish to finish what it has in hand
        await asyncio.wait({worker})
        if not worker.cancelled() and (error := worker.exception()):
            raise error


async def _run(working: App, queues: Sequence[str], concurrency: int) -> None:
    await working.run_worker_async(
        queues=queues,
        concurrency=concurrency,
        fetch_job_polling_interval=POLL,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=DEAD_AFTER,
        delete_jobs=DELETED,
        install_signal_handlers=False,
    )
