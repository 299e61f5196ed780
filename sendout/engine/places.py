"""Room for so many at once; of those who wait, the first in rank gets the next free place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count


@dataclass(slots=True)
class Places:
    """So many places for those who want one. Of equal rank, who came first goes first."""

    free: int
    _waiting: list[tuple[int, int, asyncio.Future[None]]] = field(default_factory=list)
    _came: count[int] = field(default_factory=count)

    @asynccontextmanager
    async def one(self, rank: int) -> AsyncIterator[None]:
        """Wait for a place, and give it back afterwards. rank: the lowest goes first."""
        await self._take(rank)
        try:
            yield
        finally:
            self._give()

    async def _take(self, rank: int) -> None:
        if self.free:
            self.free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (rank, next(self._came), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given at the very moment
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting:
            *_, next_ = heappop(self._waiting)
            if not next_.done():
                next_.set_result(None)
                return
        self.free += 1
