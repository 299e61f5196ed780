"""How a message leaves: claim, prepare, lane, settle, slice by slice until the batch is done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import Any, ParamSpec

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused
from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.deliveries import counting, jobs
from sendout.deliveries.claim import NOTHING, Slice, claim
from sendout.deliveries.hold import Hold, release
from sendout.engine import metrics
from sendout.engine.database import in_database
from sendout.engine.journal import Journal, Unwritten
from sendout.engine.lane import Turn, lanes
from sendout.engine.places import Full
from sendout.engine.prepare import Prepared, Way, find_ways
from sendout.engine.settle import settle, settle_each
from sendout.engine.turns import FOR_A_PLACE, PATIENCE, again_in, free, next_turn, rest
from sendout.senders import health
from sendout.senders.pace import Room
from sendout.senders.pool import by_turn
from sendout.senders.vault import CannotUnseal

LONGEST = 1.0  # seconds that a job goes on before it lets others take its place
FRESH = 0.5  # seconds after which the sender is read anew; the state is asked at every claim
ELSEWHERE = 5.0  # seconds after which what one sender could not hand over may leave through others

AFTER_A_BUG = timedelta(seconds=60)  # a batch whose messages cannot be made is tried again
JOURNALS = "journal"  # folder in the data directory
AWAY = 1.0  # seconds between two tries to reach a database that is away

Answers = dict[int, Outcome]
P = ParamSpec("P")
logger = logging.getLogger(__name__)
stopping = asyncio.Event()


class Unprepared(Exception):
    """Messages could not be made of rows that are claimed already; hold: of these; why: a bug."""

    def __init__(self, hold: Hold, why: Exception) -> None:
        super().__init__(str(why))
        self.hold, self.why = hold, why


class Ways:
    """The ways that this process uses, each looked up anew every now and then."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[float, asyncio.Future[list[Way]]]] = {}

    async def find(self, sendout: int, channel: str) -> list[Way]:
        """Give the ways of a send-out, as they were less than FRESH seconds ago."""
        now = time.monotonic()
        looked, found = self._known.get((sendout, channel), (0.0, None))
        if found is None or now > looked + FRESH:
            self._known = {key: kept for key, kept in self._known.items() if now <= kept[0] + FRESH}
            found = asyncio.ensure_future(in_database(find_ways, sendout, channel))
            self._known[sendout, channel] = now, found
        return await asyncio.shield(found)


ways = Ways()


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
    full: set[int] = set()  # senders without a place
    while True:
        found = await ways.find(sendout, channel)
        if not found:
            break
        for way in found:
            metrics.see(way)
        way, room = found[0], Room(0, 0.0)
        there = [(way.sender, way) for way in found if way.sender.pk not in full]
        leave = stopping.is_set() or time.monotonic() > end or not there
        if not leave:
            way, room = await next_turn(by_turn(there, sendout + batch))
        if leave or room.wait > PATIENCE:
            wait = again_in(way, room, batch) if there else PATIENCE
            await in_database(jobs.defer_again, sendout, channel, batch, way.urgent, wait)
            return
        await asyncio.sleep(room.wait)
        try:
            more = await send_slice(way, batch, room.n)
        except Full:  # its server is slow, or silent: others have a job to do meanwhile
            await free(way.sender, room.n)
            full.add(way.sender.pk)
            continue
        if not more:
            break
    if await in_database(counting.finish, sendout):
        logger.info("send-out finished", extra={"sendout": sendout})


async def send_slice(way: Way, batch: int, room: int) -> bool:
    """Claim, prepare, hand over and settle one slice; False when there is no more to do now.

    room: for how many messages the sender has reserved it. Raises Full when it found no place.
    """
    if not journal().ready():
        await free(way.sender, room)
        await rest(way.sender, journal().trouble)
        return True
    rested = way.sender.down_until is not None
    try:
        async with lanes.of(way.sender).turn(way.urgent, FOR_A_PLACE) as turn:
            limit = min(turn.size, room, way.text.most)
            number, found, slice_ = await take_up(way, batch, limit)
            await free(way.sender, room - len(found.claimed))
            if found.hold is None:
                return found.more or bool(journal().trouble)
            with metrics.timed("hand_over"):
                answers = await hand_over(way, turn, found.hold, slice_, number)
            journal().heard(number)
    except (SenderDown, BadConfig, CannotUnseal) as problem:
        await free(way.sender, room)
        await rest(way.sender, why(problem))
        return True
    with metrics.timed("settle"):
        keeps_copy = turn.lane.provider.keeps_copy
        facts = {
            "keeps_copy": keeps_copy,
            "hold": found.hold,
            "seconds": time.monotonic() - turn.since,
        }
        await settle_surely(way, slice_, answers, facts)
    journal().settled(number)
    metrics.tell(way, batch, slice_, answers, time.monotonic() - turn.since)
    if turn.error is not None:
        raise turn.error
    if journal().trouble:
        await rest(way.sender, journal().trouble)
    elif rested and any(type(heard) is Accepted for heard in answers.values()):
        await in_database(health.mark_up, way.sender.pk)
    return found.more


def why(problem: SenderDown | BadConfig | CannotUnseal) -> str:
    """Say why a sender cannot send."""
    return problem.refusal.text if isinstance(problem, SenderDown) else str(problem)


async def take_up(way: Way, batch: int, limit: int) -> tuple[int, Slice, list[Prepared]]:
    """Claim a slice and make its messages; gives its number in the journal, too."""
    number = journal().claiming()
    try:
        note = partial(journal().claimed, number)
        found, slice_ = await in_database(claim_and_prepare, way, batch, limit, note)
    except Unprepared as trouble:
        await surely("give back a slice", release, trouble.hold, timezone.now() + AFTER_A_BUG)
        journal().dropped(number)
        raise trouble.why from None
    except BaseException:
        journal().dropped(number)
        raise
    if found.hold is None:
        journal().dropped(number)
    return number, found, slice_


def claim_and_prepare(
    way: Way, batch: int, limit: int, note: Callable[[Hold], None]
) -> tuple[Slice, list[Prepared]]:
    """Do it in a thread, since signing the messages takes its time."""
    try:
        with metrics.timed("claim"):
            found = claim(way.sendout, way.channel, batch, limit, way.sender.pk, note=note)
    except Unwritten:
        return NOTHING, []
    try:
        with metrics.timed("prepare"):
            return found, way.prepare(found.claimed, timezone.now())
    except Exception as error:  # noqa: BLE001 - raised again when its rows are free
        raise (Unprepared(found.hold, error) if found.hold else error) from None


async def hand_over(
    way: Way, turn: Turn, hold: Hold, slice_: list[Prepared], number: int
) -> Answers:
    """Let a slice leave, journalled before and at each answer; gives the outcomes.

    Without a journal nothing leaves: a worker that died then would not know whom it had reached.
    """
    journal().begin(number, way.sendout, way.channel, hold, slice_, sender=way.sender.pk)
    if journal().trouble:
        no = Refused(False, "journal", journal().trouble, Blame.SENDER, health.REST)
        return {prepared.row.id: no for prepared in slice_}
    # A text is charged, and never sent again on suspicion: what did not leave must be known.
    leaving = partial(journal().leaving, number) if way.channel == "sms" else None
    answers = await turn.send(slice_, partial(journal().answered, number), leaving)
    return soon_again(slice_, answers) if way.shared else answers


def soon_again(slice_: list[Prepared], answers: Answers) -> Answers:
    """Let what failed for its sender's sake leave through another one soon, at its first try."""
    first = {prepared.row.id for prepared in slice_ if prepared.row.attempt == 1}
    return {
        delivery: replace(heard, retry_after=ELSEWHERE)
        if isinstance(heard, Refused)
        and heard.blame is Blame.SENDER
        and heard.retry_after is None
        and delivery in first
        else heard
        for delivery, heard in answers.items()
    }


async def settle_surely(
    way: Way, slice_: list[Prepared], answers: Answers, facts: dict[str, Any]
) -> None:
    """Settle, however long the database is away: what was heard is not forgotten meanwhile.

    An answer that cannot be written down is not known; the others of its slice are.
    """
    what = f"settle {len(slice_)} answers"
    try:
        await surely(what, settle, way, slice_, answers, timezone.now(), **facts)
    except Exception:
        logger.exception("a slice is settled one by one", extra={"sendout": way.sendout})
        await surely(what, settle_each, way, slice_, answers, timezone.now(), **facts)


async def surely(what: str, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Do it, however long the database is away."""
    while True:
        try:
            await in_database(work, *args, **kwargs)
            return
        except (OperationalError, InterfaceError) as error:
            logger.warning("waiting for the database to %s: %s", what, error)
            await asyncio.sleep(AWAY)
