"""A TCP relay that makes the way to a server long: every byte arrives a while later, both ways.

    async with Relay("127.0.0.1", server.port, delay=0.025) as relay:
        ... 127.0.0.1:{relay.port} is 50 ms away, there and back ...

Order and throughput stay as they are: bytes wait side by side, not one after another.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Self, cast


@dataclass
class Relay:
    """Use it with `async with`. delay: seconds each way."""

    host: str
    server: int
    delay: float
    port: int = 0
    _open: set[asyncio.Transport] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Listen on a free port of the loopback."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Side(self, None), "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut all connections."""
        self._listener.close()
        for transport in list(self._open):
            transport.abort()


class _Side(asyncio.Protocol):
    """One end of a relayed connection; what comes in here leaves at the other end later."""

    def __init__(self, relay: Relay, other: _Side | None) -> None:
        self.relay = relay
        self.other = other
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.early: list[bytes] = []
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; the end at the client opens the one at the server, with what waits for it."""
        self.transport = cast(asyncio.Transport, transport)
        self.relay._open.add(self.transport)
        if self.other is None:
            self.other = _Side(self.relay, self)
            relay, other = self.relay, self.other
            connecting = self.loop.create_connection(lambda: other, relay.host, relay.server)
            self.task = self.loop.create_task(connecting)
            return
        for data in self.early:
            self.transport.write(data)
        if self.ended:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take bytes, to be given out at the other end after the delay."""
        if self.other is not None:
            self.loop.call_later(self.relay.delay, self.other.give, data)

    def give(self, data: bytes) -> None:
        """Let bytes out here; those for a server that is being connected to wait."""
        if self.transport is None:
            self.early.append(data)
        else:
            self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the other side too, after what is on its way."""
        if self.transport is not None:
            self.relay._open.discard(self.transport)
        if self.other is not None:
            self.loop.call_later(self.relay.delay, self.other.end)

    def end(self) -> None:
        """Hang up here."""
        self.ended = True
        if self.transport is not None:
            self.transport.close()
