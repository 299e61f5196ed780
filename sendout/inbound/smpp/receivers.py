"""The connections on which SMPP senders hear, one for each sender over all worker processes.

Every process asks every other second for the lease on each sender (`senders.reception`). Who has
it keeps a connection open, and takes in what is told there in groups: a deliver_sm is acknowledged
when the transaction that holds it has committed, so what a process had in hand when it died is
told again to the next one.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

from sendout.core.providers.base import SenderDown
from sendout.core.providers.setting import BadConfig
from sendout.core.providers.smpp import SmppProvider
from sendout.core.providers.smpp_errors import QUEUE_FULL, TRY_AGAIN
from sendout.core.providers.smpp_hearing import Told
from sendout.inbound.smpp.taking import take
from sendout.senders import reception
from sendout.senders.models import Sender
from sendout.senders.vault import CannotUnseal
from sendout.senders.ways import made_of, provider_of

T = TypeVar("T")

BEAT = 1.5  # seconds between two looks for senders and at the lease
GROUP = 500  # that are taken in by one transaction
MOST = 5_000  # of one sender that wait for it in memory
AWAY = 1.0  # seconds between two tries to reach a database that is away
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds until a connection that failed is tried again

logger = logging.getLogger(__name__)
# A thread for the leases, which must not wait for the one that takes in.
_leasing = ThreadPoolExecutor(1, thread_name_prefix="smpp-lease")
_taking = ThreadPoolExecutor(1, thread_name_prefix="smpp-taking")


async def in_thread(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    """Run what speaks to the database."""

    def run() -> T:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()  # the next one opens a new connection
            raise

    return await asyncio.get_running_loop().run_in_executor(threads, run)


def _close() -> None:
    connection.close()  # that of the thread which is here, and not of the one that asked


class Receivers:
    """The connections of this process. name: unlike that of any other process."""

    def __init__(self, name: str) -> None:
        self._name = name[-120:]
        self._links: dict[int, tuple[object, asyncio.Task[None]]] = {}
        self._told: dict[int, list[Told]] = defaultdict(list)
        self._taking: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Listen for the senders that are ours until it is cancelled."""
        sure_until = 0.0
        clock = asyncio.get_running_loop().time
        try:
            while True:
                begun = clock()
                try:
                    await self._follow(await in_thread(_leasing, self._lease))
                    sure_until = begun + reception.LEASE
                except Error as error:
                    logger.warning("the receivers wait for the database: %s", error)
                    if clock() > sure_until:  # somebody else may have them by now
                        await self._follow([])
                await asyncio.sleep(BEAT)
        finally:
            await self._follow([])
            await asyncio.gather(*self._taking.values(), return_exceptions=True)
            await in_thread(_leasing, partial(reception.let_go, self._name))
            for threads in (_leasing, _taking):
                await in_thread(threads, _close)

    def hear(self, sender: int, told: Told) -> None:
        """Take what came in on a connection of the sender; too much of it comes again later."""
        if len(self._told[sender]) >= MOST:
            told.acknowledge(QUEUE_FULL)
            return
        self._told[sender].append(told)
        if sender not in self._taking:
            task = asyncio.get_running_loop().create_task(self._take(sender))
            self._taking[sender] = task

    def _lease(self) -> list[Sender]:
        """Give the senders that are ours now."""
        senders = reception.listening_senders()
        ours = reception.hold(self._name, [sender.pk for sender in senders]) if senders else set()
        return [sender for sender in senders if sender.pk in ours]

    async def _follow(self, senders: list[Sender]) -> None:
        """Have one connection for each of these as it is set now, and none for others."""
        wanted = {sender.pk: made_of(sender) for sender in senders}
        over = [
            (pk, task)
            for pk, (known, task) in self._links.items()
            if wanted.get(pk) != known or task.done()
        ]
        for pk, task in over:
            task.cancel()
            del self._links[pk]
        for ended in await asyncio.gather(*(task for _, task in over), return_exceptions=True):
            if isinstance(ended, Exception):
                logger.error("a receiver ended; it begins anew", exc_info=ended)
        for sender in senders:
            if sender.pk not in self._links:
                task = asyncio.get_running_loop().create_task(self._listen(sender))
                self._links[sender.pk] = wanted[sender.pk], task

    async def _listen(self, sender: Sender) -> None:
        """Keep a connection of this sender open, with ever longer waits where it fails."""
        wait = FIRST_WAIT
        while True:
            begun = asyncio.get_running_loop().time()
            try:
                why = await self._hold_open(sender)
            except SenderDown as down:
                why = down.refusal.text
            except (BadConfig, CannotUnseal) as problem:
                why = str(problem)
            if asyncio.get_running_loop().time() - begun > LONGEST_WAIT:
                wait = FIRST_WAIT
            logger.warning("nothing is heard for now", extra={"sender": sender.pk, "why": why})
            sentence = f"{why[:1].upper()}{why[1:].rstrip('.')}."
            await _say(partial(reception.say_down, sender.pk, sentence))
            await asyncio.sleep(wait * (0.75 + random.random() / 2))  # noqa: S311 - spreads a load
            wait = min(2 * wait, LONGEST_WAIT)

    async def _hold_open(self, sender: Sender) -> str:
        """Listen on one connection until it ends; gives why. Raises SenderDown."""
        provider = provider_of(sender)
        if not isinstance(provider, SmppProvider):
            raise BadConfig("this sender does not speak SMPP.")
        link = await provider.listen(partial(self.hear, sender.pk))
        try:
            await _say(partial(reception.say_up, sender.pk))
            return f"the connection to the provider ended: {await link.ended()}"
        finally:
            await link.close()

    async def _take(self, sender: int) -> None:
        """Take in what a sender was told, group by group, until there is no more."""
        try:
            while told := self._told.pop(sender, None):
                for begin in range(0, len(told), GROUP):
                    await self._take_group(sender, told[begin : begin + GROUP])
        finally:
            del self._taking[sender]

    async def _take_group(self, sender: int, group: list[Told]) -> None:
        """Commit a group and acknowledge it; waits for a database that is away."""
        while True:
            # Whose connection is gone will be told again, to whoever listens then.
            group = [told for told in group if not told.gone]
            if not group:
                return
            try:
                await in_thread(_taking, partial(take, sender, [told.message for told in group]))
            except (OperationalError, InterfaceError) as error:
                logger.warning("the database is away, nothing is acknowledged: %s", error)
                await asyncio.sleep(AWAY)
                continue
            except Exception:
                logger.exception("what was told cannot be taken in", extra={"sender": sender})
                await self._take_apart(sender, group)
                return
            for told in group:
                told.acknowledge()
            return

    async def _take_apart(self, sender: int, group: list[Told]) -> None:
        """Take in one by one what could not be taken in together; the culprit is told again."""
        if len(group) == 1:
            group[0].acknowledge(TRY_AGAIN)
            return
        for told in group:
            await self._take_group(sender, [told])


async def _say(note: Callable[[], None]) -> None:
    """Note the state for the staff; without a database nobody could read it."""
    try:
        await in_thread(_leasing, note)
    except Error as error:
        logger.warning("the state of a receiver was not noted: %s", error)
