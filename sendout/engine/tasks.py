"""The jobs, by the names under which the rooms below defer them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from django.db import close_old_connections, connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from sendout.compose import linking
from sendout.deliveries.jobs import QUEUE, TASK
from sendout.engine import sweep
from sendout.engine.database import in_database
from sendout.engine.dispatch import dispatch
from sendout.engine.queue import DEAD_AFTER
from sendout.people.importing import run_import
from sendout.reports import apart, asking
from sendout.suppression import importing as unsubscribes
from sendout.timetable import fetching as calendars

FAILED_KEPT = 24  # hours


@app.task(name=TASK, queue=QUEUE)
async def dispatch_batch(sendout: int, channel: str, batch: int) -> None:
    """Send what is due of a batch. When it fails, `tidy` defers the batch again."""
    await dispatch(sendout, channel, batch)


@app.task(name="import_people", queue="people")
async def import_people(import_id: int) -> None:
    """Check or carry out an import, in a thread of its own: it may take minutes."""
    await asyncio.to_thread(_alone, run_import, import_id)


@app.task(name=unsubscribes.TASK, queue=unsubscribes.QUEUE)
async def import_unsubscribes(import_id: int) -> None:
    """Check, carry out or undo an import of the Unsubscribes list, in a thread of its own."""
    await asyncio.to_thread(_alone, unsubscribes.run_import, import_id)


@app.task(name=calendars.TASK, queue=calendars.QUEUE)
async def fetch_calendar(calendar_id: int) -> None:
    """Fetch a calendar and take in what it says, in a thread of its own: its server may be slow."""
    await asyncio.to_thread(_alone, calendars.run_fetch, calendar_id)


@app.task(name=linking.TASK, queue=linking.QUEUE)
async def check_links(organisation: int, urls: list[str]) -> None:
    """Ask for the links of a message, in a thread of its own: servers may be slow."""
    await asyncio.to_thread(_alone, linking.run_checks, organisation, urls)


@app.task(name=asking.TASK, queue=asking.QUEUE)
async def make_report(report_id: int) -> None:
    """Make the signed report of a send-out, in a process of its own: it may take minutes."""
    await asyncio.to_thread(_alone, apart.run_report, report_id)


def _alone(run: Callable[..., None], *arguments: object) -> None:
    close_old_connections()
    try:
        run(*arguments)
    finally:
        connection.close()


@app.periodic(cron="* * * * * *")
@app.task(name="tick", queue="clock", queueing_lock="tick", lock="tick")
async def tick(timestamp: int) -> None:
    """Start, retry and end what is due, every second."""
    await in_database(sweep.run_tick)


@app.periodic(cron="* * * * * */10")  # the seconds come last
@app.task(name="tidy", queue="clock", queueing_lock="tidy", pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Take over what dead workers left behind, every ten seconds.

    It has no lock: one that died while tidying would keep it for ever.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        await take_over(manager, job)
    await in_database(sweep.run_tidy)


@app.periodic(cron="23 * * * *")
@app.task(name="forget_failed", queue="clock", queueing_lock="forget_failed", pass_context=True)
async def forget_failed(context: JobContext, timestamp: int) -> None:
    """Let go of jobs that failed long ago, hourly; till then figures and alarms tell of them."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(
        FAILED_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def take_over(manager: JobManager, job: Job) -> None:
    """Have a dead worker's job done by the living, unless another one waits to do the same."""
    try:
        await manager.retry_job(job)
    except UniqueViolation:  # of its queueing lock
        await manager.finish_job(job, Status.ABORTED, delete_job=True)
