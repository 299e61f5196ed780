"""A TCP relay before a mail server, which hangs up at chosen moments.

Each recipient of `cut` loses the first connection that names it, when the message before it, whose
end comes in the same write, has been answered. Each of `mute` loses it when the server has taken
the message and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from typing import Self

QUEUED = b"queued as"
END_OF_TEXT = b"\r\n.\r\n"


class Relay:
    """Use it with `with`. The server behind it must not offer CHUNKING."""

    def __init__(self, port: int, cut: Iterable[str] = (), mute: Iterable[str] = ()) -> None:
        self.port = 0
        self._behind = port
        self._cut = {f"RCPT TO:<{to}>".encode() for to in cut}
        self._mute = {f"RCPT TO:<{to}>".encode() for to in mute}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Say where it is, as a sender wants it."""
        return f"smtp://127.0.0.1:{self.port}/?tls=none"

    def __enter__(self) -> Self:
        """Listen on a free port of the loopback."""
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening, and hang up on everybody."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _stop(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, ours: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        theirs, server = await asyncio.open_connection("127.0.0.1", self._behind)
        talk = _Talk(self._cut, self._mute)
        there = asyncio.create_task(_pump(ours, server, talk.there))
        back = asyncio.create_task(_pump(theirs, client, talk.back))
        with contextlib.suppress(asyncio.CancelledError):  # the end of the test
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        for end in (client, server):
            end.close()


class _Talk:
    """What was said on one connection, as far as it decides about hanging up.

    What comes is given to `there` or `back`, which say what of it may pass on, and whether the
    connection goes on after it.
    """

    def __init__(self, cut: set[bytes], mute: set[bytes]) -> None:
        self.cut, self.mute = cut, mute
        self.named = self.granted = self.last = False

    def there(self, data: bytes) -> tuple[bytes, bool]:
        for command in [each for each in self.mute if each in data]:
            self.mute.remove(command)
            self.named = True
        for command in [each for each in self.cut if each in data]:
            self.cut.remove(command)
            before = data[: data.rindex(b"MAIL FROM", 0, data.index(command))]
            self.last = before.endswith(END_OF_TEXT)  # its answer still goes back
            return (before, True) if self.last else (b"", False)
        return data, True

    def back(self, data: bytes) -> tuple[bytes, bool]:
        if self.granted and QUEUED in data:
            return b"", False
        self.granted = self.named and b"354 " in data
        return data, not (self.last and QUEUED in data)


async def _pump(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    passing: Callable[[bytes], tuple[bytes, bool]],
) -> None:
    more = True
    while more and (data := await source.read(65_536)):
        data, more = passing(data)
        target.write(data)
