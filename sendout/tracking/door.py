"""The door itself: a bare ASGI application, so that nothing stands between reader and answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

from sendout.core.tracking.requests import HEADERS
from sendout.tracking.answers import NOT_OURS, Answer, answer, is_ours, sentence
from sendout.tracking.commit import Committer
from sendout.tracking.writer import Writer

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HEALTH = "/healthz"
WELL = sentence(200, "ok")
UNWELL = sentence(503, "The database takes no hits; readers are answered, their hits wait.")
_ASKED = {name.encode(): name for name in HEADERS}


class Door:
    """Answers readers after their hit is committed.

    keys: those of the tokens, newest first. address: of the database, as libpq reads it. opened:
    called in the serving process when it starts, with its committer.
    """

    def __init__(
        self,
        keys: Sequence[bytes],
        address: str,
        opened: Callable[[Committer], None] = lambda committer: None,
    ) -> None:
        self._keys = tuple(keys)
        self._writer = Writer(address)
        self._opened = opened
        self._committer: Committer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the beginning and the end of the process (ASGI 3, lifespan)."""
        if scope["type"] == "http":
            await self._serve(scope, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _serve(self, scope: Scope, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if not is_ours(path):
            given = self._health() if path == HEALTH else NOT_OURS
        else:
            headers = {
                _ASKED[name]: value.decode("latin-1")
                for name, value in scope["headers"]
                if name in _ASKED
            }
            given, row = answer(self._keys, method, path, headers)
            if row is not None:
                await self.committer.commit(row)
        await send(_start(given))
        body = b"" if method == "HEAD" else given.body
        await send({"type": "http.response.body", "body": body})

    @property
    def committer(self) -> Committer:
        """The one of this process, made at its start or at its first hit."""
        if self._committer is None:
            self._committer = Committer(self._writer)
            self._opened(self._committer)
        return self._committer

    def _health(self) -> Answer:
        return WELL if self.committer.is_well else UNWELL

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _ = self.committer
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def stop(self) -> None:
        """Commit what waits and close the connection."""
        if self._committer is not None:
            await self._committer.stop()
        await self._writer.close()


@lru_cache(maxsize=1024)
def _start(given: Answer) -> dict[str, Any]:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in given.headers]
    return {"type": "http.response.start", "status": given.status, "headers": headers}
