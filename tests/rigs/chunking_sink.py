"""A fast SMTP server with CHUNKING that takes everything, counts it, and keeps nothing.

    async with ChunkingSink() as sink:
        ... smtp://127.0.0.1:{sink.port} ...
        sink.taken

It parses what comes as it is needed for measuring, and is as strict as it must be to notice a
client that is out of step.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Self, cast

HELLO = "250-sink.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n{}250 8BITMIME\r\n"
ANSWERS = {
    b"MAIL": b"250 2.1.0 Ok\r\n",
    b"RCPT": b"250 2.1.5 Ok\r\n",
    b"RSET": b"250 2.0.0 Ok\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
TAKEN = b"250 2.0.0 Ok: queued as Q%d\r\n"


@dataclass
class ChunkingSink:
    """Use it with `async with`. chunking: whether it offers it. taken: messages so far."""

    chunking: bool = True
    taken: int = 0
    port: int = 0

    async def __aenter__(self) -> Self:
        """Listen on a free port of the loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Talk(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.close()


class _Talk(asyncio.Protocol):
    """One connection. skip: bytes of a text that are still to come."""

    def __init__(self, sink: ChunkingSink) -> None:
        self.sink = sink
        self.rest = b""
        self.skip = 0
        self.text = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(b"220 sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that is whole, in one write."""
        data, at, said = self.rest + data, 0, bytearray()
        while at < len(data):
            if self.skip:
                taken = min(self.skip, len(data) - at)
                self.skip -= taken
                at += taken
                if not self.skip:
                    said += self.take()
                continue
            end = b"\r\n.\r\n" if self.text else b"\r\n"
            found = data.find(end, at)
            if found < 0:
                break
            said += self.take() if self.text else self.answer(data[at:found])
            self.text = not self.text and data[at : at + 4] == b"DATA"
            at = found + len(end)
        self.rest = data[at:]
        if self.transport is not None and said:
            self.transport.write(said)

    def take(self) -> bytes:
        """Count a message."""
        self.sink.taken += 1
        return TAKEN % self.sink.taken

    def answer(self, line: bytes) -> bytes:
        """Answer a command; the one to a BDAT comes after its text."""
        command = line[:4].upper()
        if command == b"BDAT":
            self.skip = int(line.split(b" ")[1])
            return b"" if self.skip else self.take()
        if command == b"EHLO":
            return HELLO.format("250-CHUNKING\r\n" * self.sink.chunking).encode()
        return ANSWERS.get(command, b"500 5.5.2 What?\r\n")
