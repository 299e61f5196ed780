"""The jobs that take in what comes back."""

from __future__ import annotations

import asyncio

from django.db import close_old_connections
from procrastinate.contrib.django import app

from sendout.inbound import sandbox


def _come_true() -> None:
    close_old_connections()
    sandbox.come_true()


@app.periodic(cron="* * * * * *")
@app.task(name="sandbox", queue="inbound", queueing_lock="sandbox", lock="sandbox")
async def come_true(timestamp: int) -> None:
    """Let come true what the sandbox foresaw, every second."""
    await asyncio.to_thread(_come_true)
