"""How a message leaves: claim, prepare, lane, settle, slice by slice until the batch is done."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import cache, partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from sendout.core.delivery.outcome import Blame, Outcome, Refused
from sendout.core.pace import slice_for_pace
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.deliveries import counting, jobs
from sendout.deliveries.claim import claim
from sendout.engine import metrics
from sendout.engine.database import in_database
from sendout.engine.journal import Journal
from sendout.engine.lane import Turn, lanes
from sendout.engine.prepare import Prepared, Way, find_way
from sendout.engine.settle import settle
from sendout.senders import health, pace
from sendout.senders.models import PERIOD_SECONDS, Period, Sender
from sendout.senders.vault import CannotUnseal

LONGEST = 1.0  # seconds that a job goes on before it lets others take its place
FRESH = 0.5  # seconds after which the sender is read anew; the state is asked at every claim
PATIENCE = 1.0  # seconds that a batch waits for its pace before it makes room for others

JOURNALS = "journal"  # folder in the data directory
AWAY = 1.0  # seconds between two tries to reach a database that is away

Answers = dict[int, Outcome]
logger = logging.getLogger(__name__)
stopping = asyncio.Event()


@cache
def journal() -> Journal:
    """The journal of this process."""
    return Journal(settings.DATA / JOURNALS)


async def dispatch(sendout: int, channel: str, batch: int) -> None:
    """Send what is due of a batch, until it is done, paused, cancelled, or must wait.

    At a stop signal the slice in hand is finished and the rest stays queued, with its job. A slow
    batch makes room now and then, so that an urgent one never waits for its end.
    """
    while True:
        try:
            return await send_batch(sendout, channel, batch)
        except (OperationalError, InterfaceError) as error:
            if stopping.is_set():
                raise
            logger.warning("waiting for the database to go on: %s", error)
            await asyncio.sleep(AWAY)


async def send_batch(sendout: int, channel: str, batch: int) -> None:
    """Send slice after slice; raises OperationalError or InterfaceError without a database."""
    end = time.monotonic() + LONGEST
    looked = 0.0
    way = None
    while True:
        if time.monotonic() > looked + FRESH:
            looked = time.monotonic()
            way = await in_database(find_way, sendout, channel)
        if way is None:
            break
        metrics.see(way)
        leave = stopping.is_set() or time.monotonic() > end
        wait = 0.0 if leave else await next_turn_in(way.sender)
        if leave or wait > PATIENCE:
            await in_database(jobs.defer_again, sendout, channel, batch, way.urgent, wait)
            return
        await asyncio.sleep(wait)
        if not await send_slice(way, batch):
            break
    if await in_database(counting.finish, sendout):
        logger.info("send-out finished", extra={"sendout": sendout})


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
    if not journal().ready():
        await in_database(health.mark_down, way.sender.pk, journal().trouble)
        return True
    try:
        async with lanes.of(way.sender).turn(way.urgent) as turn:
            begun = time.monotonic()
            limit = min(turn.size, slice_size(way.sender))
            with metrics.timed("claim"):
                found = await in_database(claim, way.sendout, way.channel, batch, limit)
            with metrics.timed("prepare"):
                slice_ = way.prepare(found.claimed, timezone.now())
            with metrics.timed("hand_over"):
                number, answers = await hand_over(way, turn, slice_)
    except SenderDown as down:
        await in_database(health.mark_down, way.sender.pk, down.refusal.text)
        return True
    except (BadConfig, CannotUnseal) as problem:
        await in_database(health.mark_down, way.sender.pk, str(problem))
        return True
    with metrics.timed("settle"):
        await settle_surely(way, slice_, answers, turn.lane.provider.keeps_copy)
    journal().settled(number)
    metrics.tell(way, batch, slice_, answers, time.monotonic() - begun)
    if journal().trouble:
        await in_database(health.mark_down, way.sender.pk, journal().trouble)
    elif way.sender.down_until:
        await in_database(health.mark_up, way.sender.pk)
    return found.looked_at > 0


async def hand_over(way: Way, turn: Turn, slice_: list[Prepared]) -> tuple[int, Answers]:
    """Let a slice leave, journalled before and at each answer; gives its number and outcomes.

    Without a journal nothing leaves: a worker that died then would not know whom it had reached.
    """
    number = journal().begin(way.sendout, way.channel, slice_)
    if journal().trouble:
        no = Refused(False, "journal", journal().trouble, Blame.SENDER, health.REST)
        return number, {prepared.row.id: no for prepared in slice_}
    return number, await turn.send(slice_, partial(journal().answered, number))


async def settle_surely(
    way: Way, slice_: list[Prepared], answers: Answers, keeps_copy: bool
) -> None:
    """Settle, however long the database is away: what was heard is not forgotten meanwhile."""
    while True:
        try:
            return await in_database(settle, way, slice_, answers, timezone.now(), keeps_copy)
        except (OperationalError, InterfaceError) as error:
            facts = {"sendout": way.sendout, "answers": len(slice_)}
            logger.warning("waiting for the database to settle: %s", error, extra=facts)
            await asyncio.sleep(AWAY)
