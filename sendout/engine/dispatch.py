"""How a message leaves: claim, prepare, lane, settle, slice by slice until the batch is done."""

from __future__ import annotations

import asyncio
import time

from django.db import connection
from django.utils import timezone

from sendout.core.pace import slice_for_pace
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.deliveries import counting, jobs
from sendout.deliveries.claim import claim
from sendout.engine.database import in_database
from sendout.engine.lane import lanes
from sendout.engine.prepare import Way, find_way
from sendout.engine.settle import settle
from sendout.senders import health, pace
from sendout.senders.models import PERIOD_SECONDS, Period, Sender
from sendout.senders.vault import CannotUnseal

LONGEST = 5.0  # seconds that a job goes on before it lets others take its place
PATIENCE = 1.0  # seconds that a batch waits for its pace before it makes room for others

stopping = asyncio.Event()


async def dispatch(sendout: int, channel: str, batch: int) -> None:
    """Send what is due of a batch, until it is done, paused, cancelled, or must wait.

    At a stop signal the slice in hand is finished and the rest stays queued, with its job. A slow
    batch makes room now and then, so that an urgent one never waits for its end.
    """
    end = time.monotonic() + LONGEST
    while way := await in_database(find_way, sendout, channel):
        leave = stopping.is_set() or time.monotonic() > end
        wait = 0.0 if leave else await next_turn_in(way.sender)
        if leave or wait > PATIENCE:
            await in_database(jobs.defer_again, sendout, channel, batch, way.urgent, wait)
            return
        await asyncio.sleep(wait)
        if not await send_slice(way, batch):
            break
    await in_database(counting.finish, sendout)


async def next_turn_in(sender: Sender) -> float:
    """Seconds until this sender may send a slice; its place is reserved when it can wait."""
    down = health.seconds_down(sender)
    if down or not sender.pace_count:
        return down
    size = slice_size(sender)
    wait = await in_database(pace.take, connection, sender.pk, size)
    if wait > PATIENCE:
        await in_database(pace.give_back, connection, sender.pk, size)
    return wait


def slice_size(sender: Sender) -> int:
    """How many messages a slice of this sender may have."""
    return slice_for_pace(sender.pace_count, PERIOD_SECONDS[Period(sender.pace_period)])


async def send_slice(way: Way, batch: int) -> bool:
    """Claim, prepare, hand over and settle one slice; False when there is no more to do now."""
    try:
        async with lanes.of(way.sender).turn() as turn:
            limit = min(turn.size, slice_size(way.sender))
            found = await in_database(claim, way.sendout, way.channel, batch, limit)
            slice_ = way.prepare(found.claimed, timezone.now())
            answers = await turn.send(slice_)
    except SenderDown as down:
        await in_database(health.mark_down, way.sender.pk, down.refusal.text)
        return True
    except (BadConfig, CannotUnseal) as problem:
        await in_database(health.mark_down, way.sender.pk, str(problem))
        return True
    keeps_copy = turn.lane.provider.keeps_copy
    await in_database(settle, way, slice_, answers, timezone.now(), keeps_copy)
    if way.sender.down_until:
        await in_database(health.mark_up, way.sender.pk)
    return found.looked_at > 0
