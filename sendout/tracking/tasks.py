"""The job that judges what came in at the door."""

from __future__ import annotations

import asyncio

from django.db import close_old_connections
from procrastinate.contrib.django import app

from sendout.tracking import judge


def _judge() -> None:
    close_old_connections()
    judge.judge_settled()


@app.periodic(cron="* * * * * *")
@app.task(name="tracking", queue="inbound", queueing_lock="tracking", lock="tracking")
async def judge_hits(timestamp: int) -> None:
    """Judge hits that have settled, every second."""
    await asyncio.to_thread(_judge)
