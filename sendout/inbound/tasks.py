"""The jobs that take in what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django import app

from sendout.deliveries import refs
from sendout.inbound import bounces, mailbox, sandbox, waiting
from sendout.inbound.smpp import texts
from sendout.returns import keeping

T = TypeVar("T")
MAILBOXES = 4  # that are looked into at once
# Threads of their own: a mail server that does not answer must not keep others' threads busy.
_threads = ThreadPoolExecutor(MAILBOXES, thread_name_prefix="mailbox")


def _with_database(work: Callable[[], T]) -> T:
    close_old_connections()
    return work()


@app.periodic(cron="* * * * * *")
@app.task(name="sandbox", queue="inbound", queueing_lock="sandbox", lock="sandbox")
async def come_true(timestamp: int) -> None:
    """Let come true what the sandbox foresaw, every second."""
    await asyncio.to_thread(_with_database, sandbox.come_true)


@app.periodic(cron="* * * * * *")
@app.task(name="hooks", queue="inbound", queueing_lock="hooks", lock="hooks")
async def take_hooks_in(timestamp: int) -> None:
    """Take in what services told, every second."""
    await asyncio.to_thread(_with_database, waiting.take_in_due)


@app.periodic(cron="* * * * * *")
@app.task(name="smpp", queue="inbound", queueing_lock="smpp", lock="smpp")
async def take_smpp_in(timestamp: int) -> None:
    """Look for texts of phones whose other parts did not come in time, every second."""
    await asyncio.to_thread(_with_database, texts.take_in_late)


@app.periodic(cron="* * * * * *")
@app.task(name="digest", queue="inbound", queueing_lock="digest", lock="digest")
async def digest(timestamp: int) -> None:
    """Read mail that came back, every second."""
    await asyncio.to_thread(_with_database, bounces.digest_waiting)


@app.periodic(cron="* * * * * */10")  # the seconds come last
@app.task(name="look", queue="inbound", queueing_lock="look", lock="look")
async def look(timestamp: int) -> None:
    """Look into the mailboxes that are due; one job for all, so that it holds up nothing else."""
    loop = asyncio.get_running_loop()
    due = await asyncio.to_thread(_with_database, lambda: mailbox.due(timezone.now()))
    looks = (
        loop.run_in_executor(_threads, _with_database, partial(mailbox.look, pk)) for pk in due
    )
    await asyncio.gather(*looks)


@app.periodic(cron="17 * * * *")
@app.task(name="forget", queue="inbound", queueing_lock="forget")
async def forget(timestamp: int) -> None:
    """Let go of returned mail that nobody understood in time, and of old references, hourly."""
    await asyncio.to_thread(_with_database, lambda: keeping.prune(timezone.now()))
    await asyncio.to_thread(_with_database, lambda: refs.prune(timezone.now()))
