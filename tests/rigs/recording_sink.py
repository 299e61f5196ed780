"""A fast SMTP server that writes down every message before it says that it took it.

    with RecordingSink() as sink:
        ... smtp://127.0.0.1:{sink.port} ...
        sink.received

It runs in a thread of the test, so it outlives any worker that is killed.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Self

OFFERS = ("sink.test", "PIPELINING", "SIZE 10240000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
HELLO = "\r\n".join(f"250{' ' if o == OFFERS[-1] else '-'}{o}" for o in OFFERS).encode()
END = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One accepted message. client, host: port and address at the other end of its connection."""

    recipient: str
    client: int
    host: str
    message_id: str


class RecordingSink:
    """The server; use it with `with`. pause: seconds it takes for each message.

    port: where to listen; 0 takes a free one. host: an address of this machine. keeps: whether what
    was said is kept, in `mails`, its doubled dots undone.
    """

    def __init__(
        self,
        pause: float = 0.0,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        keeps: bool = False,
    ) -> None:
        self.pause = pause
        self.keeps = keeps
        self.mails: list[bytes] = []
        self.host = host
        self.received: list[Received] = []
        self.port = port
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Say where it is, as a sender wants it."""
        return f"smtp://{self.host}:{self.port}/?tls=none"

    def times(self) -> Counter[str]:
        """Give how many messages each recipient got."""
        return Counter(each.recipient for each in list(self.received))

    def wait_for(self, messages: int, seconds: float = 60) -> None:
        """Wait until so many messages have come."""
        end = time.monotonic() + seconds
        while len(self.received) < messages:
            assert time.monotonic() < end, f"{len(self.received)} of {messages} came"
            time.sleep(0.005)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening and hang up on everybody."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _hang_up(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._talk, self.host, self.port, limit=2**24)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        host, client = writer.get_extra_info("peername")[:2]
        writer.write(b"220 sink.test ESMTP\r\n")
        recipient = ""
        try:
            while line := await reader.readline():
                command, _, argument = line.decode().rstrip("\r\n").partition(" ")
                if command == "RCPT":
                    recipient = re.sub(r"^TO:<([^>]*)>.*", r"\1", argument)
                if command == "DATA":
                    writer.write(b"354 Go ahead\r\n")
                    await self._take(await reader.readuntil(END), recipient, client, host)
                writer.write(ANSWERS.get(command, b"250 2.0.0 Ok") + b"\r\n")
                if command == "QUIT":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        self._open.discard(writer)
        writer.close()

    async def _take(self, content: bytes, recipient: str, client: int, host: str) -> None:
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.keeps:
            self.mails.append(content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
        found = re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", content)
        self.received.append(Received(recipient, client, host, found[1].decode() if found else ""))


ANSWERS = {"EHLO": HELLO, "QUIT": b"221 2.0.0 Bye"}
