"""Room for so many at once, in which those who are in a hurry come first."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class Full(Exception):
    """All places stayed taken."""


@dataclass(slots=True)
class Places:
    """So many places for those who want one; who is urgent gets the next free one.

    free: below zero while more are taken than there are. moved: when one was given or given back
    last.
    """

    free: int
    moved: float = field(default_factory=time.monotonic)
    _urgent: deque[asyncio.Future[None]] = field(default_factory=deque)
    _others: deque[asyncio.Future[None]] = field(default_factory=deque)

    @asynccontextmanager
    async def one(
        self, urgent: bool, patience: float | None = None
    ) -> AsyncIterator[Callable[[], None]]:
        """Wait for a place; it is given back by a call of what this gives, or else at the end.

        Raises Full when there is none for so many seconds, and at once while that is so for others.
        """
        if patience is not None and self.free <= 0 and time.monotonic() > self.moved + patience:
            raise Full
        try:
            async with asyncio.timeout(patience):
                await self._take(self._urgent if urgent else self._others)
        except TimeoutError:
            raise Full from None
        held = True

        def leave() -> None:
            nonlocal held
            if held:
                held = False
                self._give()

        try:
            yield leave
        finally:
            leave()

    async def _take(self, waiting: deque[asyncio.Future[None]]) -> None:
        if self.free > 0:
            self.free -= 1
            self.moved = time.monotonic()
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given at the very moment
                self._give()
            raise

    def change(self, by: int) -> None:
        """Have so many places more, or fewer: taken ones are missing when they are given back."""
        for _ in range(by):
            self._give()
        self.free += min(by, 0)

    def _give(self) -> None:
        self.moved = time.monotonic()
        if self.free < 0:
            self.free += 1
            return
        for waiting in (self._urgent, self._others):
            while waiting:
                if not (next_ := waiting.popleft()).done():
                    next_.set_result(None)
                    return
        self.free += 1
