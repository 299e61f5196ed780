"""Room for so many at once, in which those who are in a hurry come first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Places:
    """So many places for those who want one; who is urgent gets the next free one."""

    free: int
    _urgent: deque[asyncio.Future[None]] = field(default_factory=deque)
    _others: deque[asyncio.Future[None]] = field(default_factory=deque)

    @asynccontextmanager
    async def one(self, urgent: bool) -> AsyncIterator[None]:
        """Wait for a place, and give it back afterwards."""
        await self._take(self._urgent if urgent else self._others)
        try:
            yield
        finally:
            self._give()

    async def _take(self, waiting: deque[asyncio.Future[None]]) -> None:
        if self.free:
            self.free -= 1
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given at the very moment
                self._give()
            raise

    def _give(self) -> None:
        for waiting in (self._urgent, self._others):
            while waiting:
                if not (next_ := waiting.popleft()).done():
                    next_.set_result(None)
                    return
        self.free += 1
