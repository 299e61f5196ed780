"""One worker process: its jobs, its journal and its connections, from the start to the stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Protocol

from django.conf import settings
from django.db import Error

from sendout.core import litter
from sendout.core.providers.smpp_hearing import Told
from sendout.deliveries.jobs import QUEUE
from sendout.engine import database, metrics
from sendout.engine.database import in_database
from sendout.engine.dispatch import JOURNALS, journal, stopping
from sendout.engine.lane import IDLE, lanes
from sendout.engine.queue import work_on
from sendout.engine.replay import replay

logger = logging.getLogger(__name__)

INHERIT = 2.0  # seconds between two looks for journals without an owner
CLOCK = ["clock", "inbound"]  # waits neither for a batch nor for an import
PEOPLE = ["people"]


class Listener(Protocol):
    """What hears what providers tell on connections that are held open; `inbound` has one."""

    def hear(self, sender: int, told: Told) -> None:
        """Take what came in on a connection of the sender."""
        ...

    async def run(self) -> None:
        """Listen until it is cancelled, and come to an end then."""
        ...


async def work(
    concurrency: int,
    metrics_at: tuple[str, int] | None = None,
    listener: Listener | None = None,
) -> None:
    """Work until SIGTERM or SIGINT; the slices in hand are finished and settled first.

    metrics_at: host and port where Prometheus may ask this process.
    """
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    if metrics_at:
        metrics.serve(*metrics_at, journal())
    litter.spare(litter.SENDING)
    chores = [
        asyncio.create_task(every(INHERIT, inherit)),
        asyncio.create_task(every(IDLE / 4, close_idle)),
    ]
    listening = None
    if listener is not None:
        lanes.hearing = listener.hear
        listening = asyncio.create_task(listener.run())
    await asyncio.gather(
        work_on([QUEUE], concurrency, stopping),
        work_on(CLOCK, 4, stopping, keeps_time=True),
        work_on(PEOPLE, 2, stopping),
    )
    for chore in chores:
        chore.cancel()
    await lanes.close()
    if listening is not None:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    journal().close()
    database.close()


async def every(seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
    """Do a chore again and again; one that failed is tried again like any other."""
    while True:
        try:
            await chore()
        except Error as error:
            logger.warning("a chore waits for the database: %s", error)
        except Exception:
            logger.exception("a chore failed")
        await asyncio.sleep(seconds)


async def inherit() -> None:
    """Settle what processes of this machine left in their journals when they died."""
    await in_database(replay, settings.DATA / JOURNALS)


async def close_idle() -> None:
    """Close connections that nobody has used for a while."""
    await lanes.close_idle(IDLE)
