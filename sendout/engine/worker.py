"""One worker process: two Procrastinate workers, so that the clock never waits for a batch."""

from __future__ import annotations

import asyncio
import logging
import signal

from django.conf import settings
from django.db import DatabaseError
from procrastinate.contrib.django import app

from sendout.deliveries.jobs import QUEUE
from sendout.engine import database, metrics
from sendout.engine.database import in_database
from sendout.engine.dispatch import JOURNALS, journal, stopping
from sendout.engine.lane import IDLE, lanes
from sendout.engine.replay import replay

logger = logging.getLogger(__name__)

POLL = 1.0  # seconds; jobs are announced by NOTIFY, polling finds those whose time has come
HEARTBEAT, DEAD_AFTER = 2.0, 10.0  # seconds; a dead worker's jobs are taken over after these
INHERIT = 2.0  # seconds between two looks for journals without an owner
OTHER_QUEUES = ["clock", "people", "inbound"]


async def work(concurrency: int, metrics_at: tuple[str, int] | None = None) -> None:
    """Work until SIGTERM or SIGINT; the slices in hand are finished and settled first.

    metrics_at: host and port where Prometheus may ask this process.
    """
    loop = asyncio.get_running_loop()
    if metrics_at:
        metrics.serve(*metrics_at, journal())
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    async with app.with_connector(connector).open_async() as working:
        batches = asyncio.create_task(run(working, [QUEUE], concurrency))
        others = asyncio.create_task(run(working, OTHER_QUEUES, 4))
        idle = asyncio.create_task(close_idle())
        heirs = asyncio.create_task(inherit())

        def stop() -> None:
            """Ask both to finish, once: a second cancelling would break off what is in hand."""
            if stopping.is_set():
                return
            stopping.set()
            batches.cancel()
            others.cancel()

        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop)
        await asyncio.wait({batches, others}, return_when=asyncio.FIRST_COMPLETED)
        stop()
        results = await asyncio.gather(batches, others, return_exceptions=True)
        idle.cancel()
        heirs.cancel()
    await lanes.close()
    journal().close()
    database.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


async def run(working: object, queues: list[str], concurrency: int) -> None:
    """Run one Procrastinate worker on these queues; cancelling it lets its jobs finish."""
    await working.run_worker_async(  # type: ignore[attr-defined]
        queues=queues,
        concurrency=concurrency,
        fetch_job_polling_interval=POLL,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=DEAD_AFTER,
        delete_jobs="successful",
        install_signal_handlers=False,
    )


async def inherit() -> None:
    """Settle what processes of this machine left in their journals when they died."""
    while True:
        try:
            await in_database(replay, settings.DATA / JOURNALS)
        except DatabaseError as error:
            logger.warning("could not settle the journals of the dead yet: %s", error)
        await asyncio.sleep(INHERIT)


async def close_idle() -> None:
    """Close connections that nobody has used for a while."""
    while True:
        await asyncio.sleep(IDLE / 4)
        await lanes.close(IDLE)
