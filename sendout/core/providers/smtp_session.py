"""One TCP connection to an SMTP server, on which dialogues are held one after another."""

from __future__ import annotations

import asyncio
import ssl
from math import inf
from typing import Any, TypeVar, cast

from sendout.core.providers.smtp_dialogue import Dialogue
from sendout.core.providers.smtp_replies import GONE, NotSmtp, Reply, ReplyReader, says_goodbye

T = TypeVar("T")

GAVE_UP = "we gave up"
ROOM = 8_192  # bytes that are read at once; longer answers come in several pieces


class Session(asyncio.BufferedProtocol):
    """Writes what a dialogue says and brings it the replies, straight from the socket's callback.

    Replies are read into a buffer that stays: for each read, an `asyncio.Protocol` is given 256 KiB
    of fresh memory, which costs more than all that is done with the reply.

    lost: why the connection ended, "" while it is open. round_trip: seconds that an answer takes,
    as measured by who held the dialogue.
    """

    def __init__(self) -> None:
        self.lost = ""
        self.round_trip = 0.0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = memoryview(bytearray(ROOM))
        self._reader = ReplyReader()
        self._replies: list[Reply] = []
        self._wanted = 0
        self._due = 0
        self._dialogue: Dialogue[Any] | None = None
        self._done: asyncio.Future[Any] | None = None
        self._unwritten = False
        self._deadline = inf
        self._watch: asyncio.TimerHandle | None = None

    async def hold(self, dialogue: Dialogue[T]) -> T:
        """Hold a dialogue to its end and give its result. Raises what the dialogue raises.

        A dialogue that is cancelled or raises in the middle ends the connection.
        """
        if self._dialogue is not None:
            raise RuntimeError("one dialogue at a time on one connection")
        self._dialogue = dialogue
        self._done = self._loop.create_future()
        try:
            self._go_on(None)
            return cast(T, await self._done)
        finally:
            if not self._done.done() or self._done.cancelled() or self._done.exception():
                self.end(GAVE_UP)
            self._dialogue = None
            self._deadline = inf

    async def encrypt(self, context: ssl.SSLContext, host: str, wait: float) -> None:
        """Go over to TLS (RFC 3207). Raises ssl.SSLError, OSError or TimeoutError."""
        if self._transport is None or self.lost or not self._reader.between:
            # What came before the handshake may come from somebody in between.
            raise ssl.SSLError(1, self.lost or "the server spoke before the encryption began")
        transport = await self._loop.start_tls(
            self._transport,
            self,
            context,
            server_hostname=host,
            ssl_handshake_timeout=wait,
        )
        if transport is None:
            raise ConnectionError("the server hung up during the handshake")
        self._use(transport)

    def local_address(self) -> str:
        """Give our own IP address on this connection."""
        name = self._transport.get_extra_info("sockname") if self._transport else None
        return str(name[0]) if name else "127.0.0.1"

    def end(self, why: str) -> None:
        """Drop the connection and tell the dialogue, if one is being held."""
        if self.lost:
            return
        self.lost = why
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.abort()
        if self._dialogue is not None:
            replies, self._replies = self._replies, []
            self._go_on([*replies, GONE])

    def _go_on(self, replies: list[Reply] | None) -> None:
        """Bring the dialogue the replies and say what it wants said next."""
        dialogue, done = self._dialogue, self._done
        if dialogue is None or done is None:
            return
        try:
            self._speak(dialogue, replies)
        except StopIteration as end:
            self._dialogue = None
            if not done.done():
                done.set_result(end.value)
        except Exception as error:  # noqa: BLE001 - raised again by the `await` in hold
            self._dialogue = None
            if not done.done():
                done.set_exception(error)

    def _speak(self, dialogue: Dialogue[Any], replies: list[Reply] | None) -> None:
        while True:
            step = next(dialogue) if replies is None else dialogue.send(replies)
            data, self._wanted, self._due, seconds = step
            if self.lost or self._transport is None:
                replies = [GONE]
                continue
            self._deadline = self._loop.time() + seconds
            if self._watch is None:
                self._watch = self._loop.call_at(self._deadline, self._look_at_the_clock)
            if data:
                self._transport.write(data)
            if self._wanted or self._unwritten:
                return
            replies = []

    def _look_at_the_clock(self) -> None:
        self._watch = None
        if self._deadline <= self._loop.time():
            self.end("the server did not answer in time")
        elif self._deadline != inf:
            self._watch = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _use(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        # "Written" means: the last byte went to the kernel. Hence no room in between.
        transport.set_write_buffer_limits(high=1, low=0)

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called again by asyncio once TLS stands."""
        self._use(cast(asyncio.Transport, transport))

    def get_buffer(self, sizehint: int) -> memoryview:
        """Say where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Collect replies until the dialogue has what it waits for."""
        try:
            got = self._reader.feed(bytes(self._buffer[:nbytes]))
        except NotSmtp as error:
            self.end(f"the server does not speak SMTP: {error}")
            return
        if not got:
            return
        if self._dialogue is None:
            self.end(f"the server ended the connection: {got[0].decode('utf-8', 'replace')}")
            return
        replies = self._replies
        replies += got
        if len(replies) < self._wanted and not says_goodbye(replies[-1]):
            return
        self._replies, surplus = [], replies[self._due :]
        del replies[self._due :]
        self._wanted = 0
        if replies:
            if surplus and replies[-1][:1] == b"3":
                replies[-1] = GONE  # "go on" does not hold when more was said
            self._go_on(replies)
        if surplus:
            self.end(f"the server said more than asked: {surplus[0].decode('utf-8', 'replace')}")

    def pause_writing(self) -> None:
        """Note that bytes wait for the network."""
        self._unwritten = True

    def resume_writing(self) -> None:
        """Go on, when the dialogue waited for its bytes to leave."""
        self._unwritten = False
        if self._dialogue is not None and not self._wanted:
            self._go_on([])

    def connection_lost(self, exc: Exception | None) -> None:
        """Note why the connection ended."""
        self.end(str(exc) if exc else "the server hung up")
