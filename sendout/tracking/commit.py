"""Group commit: whoever waits is answered after the transaction that holds their hit.

While one transaction is under way the next hits gather, so there are as many transactions as the
disk can take, each for all who wait. A database that is away holds nobody up for longer than the
deadline: they are answered, their hits stay in memory and follow when it is back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from psycopg import DataError, Error, IntegrityError

from sendout.tracking.hits import Row

DEADLINE = 1.0  # seconds that a reader waits at most
PAUSE = 0.005  # seconds from the start of one transaction to the start of the next, at least
AGAIN = 0.25  # seconds between two tries while the database is away
MOST_WAITING = 200_000  # hits in memory, about 100 MB; those that come on top are lost
TOLD = 10_000  # lost hits, after which it is said again
REMEMBERED = 50_000  # hits that are known to be committed, twice as many at most
SAME = 2  # seconds within which a repeated request is the same one: a verdict may differ later

logger = logging.getLogger(__name__)
Keep = Callable[[Sequence[Row]], Awaitable[None]]
Key = tuple[int, int, str, str, int]


@dataclass(slots=True)
class Figures:
    """What has happened since the start. late: answered before they were committed.

    Those that are lost are late, too.
    """

    hits: int = 0
    repeated: int = 0
    committed: int = 0
    transactions: int = 0
    late: int = 0
    lost: int = 0
    failures: int = 0
    seconds: float = 0.0  # in transactions that succeeded


@dataclass(slots=True)
class Batch:
    """Hits that are committed together. settled: after the commit, or at the deadline."""

    settled: asyncio.Event = field(default_factory=asyncio.Event)
    committed: bool = False
    rows: dict[Key, Row] = field(default_factory=dict)

    async def wait(self) -> bool:
        """Wait until it is settled, and say whether it was committed."""
        await self.settled.wait()
        return self.committed


def key_of(row: Row) -> Key:
    """Give what makes two hits the same: of one delivery, link, kind of client and moment."""
    return (row.delivery, row.link, row.sign, row.client, int(row.at // SAME))


class Committer:
    """Takes hits, commits them in groups, and remembers what needs no second commit.

    keep: writes rows in one transaction; raises psycopg's errors. Lives in one event loop.
    """

    def __init__(self, keep: Keep) -> None:
        self.figures = Figures()
        self._keep = keep
        self._gathering = Batch()
        self._under_way: dict[Key, Batch] = {}
        self._arrived = asyncio.Event()
        self._young: set[Key] = set()
        self._old: set[Key] = set()
        self._failed = 0  # in a row
        self._stopping = False
        self._task = asyncio.create_task(self._commit_all())

    @property
    def waiting(self) -> int:
        """Hits in memory that are not committed yet."""
        return len(self._gathering.rows) + len(self._under_way)

    @property
    def is_well(self) -> bool:
        """False while the database does not take what waits."""
        return not (self._gathering.settled.is_set() and self._gathering.rows)

    async def commit(self, row: Row) -> bool:
        """Wait until the hit is committed; False when the deadline came first, or it is lost."""
        self.figures.hits += 1
        key = key_of(row)
        if key in self._young or key in self._old:
            self.figures.repeated += 1
            return True
        batch = self._under_way.get(key) or self._gather(key, row)
        done = batch is not None and await batch.wait()
        if not done:
            self.figures.late += 1
        return done

    def _gather(self, key: Key, row: Row) -> Batch | None:
        batch = self._gathering
        if key in batch.rows:
            return batch
        if self._stopping or self.waiting >= MOST_WAITING:
            self._lose()
            return None
        if not batch.rows:
            asyncio.get_running_loop().call_later(DEADLINE, batch.settled.set)
        batch.rows[key] = row
        self._arrived.set()
        return batch

    def _lose(self) -> None:
        if not self.figures.lost % TOLD:
            logger.error("no more hits can be kept in memory; from now on they are lost")
        self.figures.lost += 1

    async def _commit_all(self) -> None:
        while True:
            if not self._gathering.rows:
                if self._stopping:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            batch, self._gathering = self._gathering, Batch()
            self._under_way = dict.fromkeys(batch.rows, batch)
            started = time.monotonic()
            await self._commit(batch)
            self._under_way = {}
            if not self._stopping:
                await asyncio.sleep(max(0.0, started + PAUSE - time.monotonic()))

    async def _commit(self, batch: Batch) -> None:
        while True:
            started = time.monotonic()
            try:
                await self._keep(list(batch.rows.values()))
            except (DataError, IntegrityError):
                logger.exception("%d hits cannot be written and are lost", len(batch.rows))
                self.figures.lost += len(batch.rows)
                return batch.settled.set()
            except (Error, OSError, TimeoutError) as error:
                self._tell(error, batch)
                await asyncio.sleep(AGAIN)
                continue
            self.figures.seconds += time.monotonic() - started
            return self._settle(batch)

    def _tell(self, error: BaseException, batch: Batch) -> None:
        """Say that the database is away: at the first failure, and then every half minute."""
        if not self._failed % round(30 / AGAIN):
            logger.warning(
                "the database takes no hits, %d wait: %s",
                self.waiting,
                " ".join(str(error).split()) or type(error).__name__,
            )
        self._failed += 1
        self.figures.failures += 1

    def _settle(self, batch: Batch) -> None:
        self._failed = 0
        batch.committed = True
        batch.settled.set()
        self.figures.transactions += 1
        self.figures.committed += len(batch.rows)
        self._young.update(batch.rows)
        if len(self._young) > REMEMBERED:
            self._old, self._young = self._young, set()

    async def stop(self, seconds: float = 5.0) -> None:
        """Commit what waits, and stop; what cannot be committed within these seconds is lost."""
        self._stopping = True
        self._arrived.set()
        done, _ = await asyncio.wait([self._task], timeout=seconds)
        if not done:
            self._task.cancel()
            self.figures.lost += self.waiting
            logger.error("%d hits could not be committed and are lost", self.waiting)
