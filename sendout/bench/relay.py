"""A way to a server that takes time, and TLS where asked for: both ways are delayed alike.

Run as a program, with `PORT MILLISECONDS [CERTIFICATE]`: it listens on a free port of the
loopback, prints it, and ends when its standard input does. It is one process on the standard
library; what it can carry at most is measured with every run.
"""

from __future__ import annotations

import asyncio
import select
import selectors
import ssl
import sys
from collections import deque

HOST = "127.0.0.1"


class Punctual(selectors.EpollSelector):
    """Waits as long as it was told: epoll alone rounds up to whole milliseconds, twice a trip."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait in `select`, which counts microseconds, for epoll to have something."""
        if timeout is not None and timeout > 0:
            select.select([self], [], [], timeout)
            timeout = 0
        return super().select(timeout)


class Lag:
    """Hands bytes on after a while, in their order; None ends the connection."""

    def __init__(self, seconds: float) -> None:
        self.target: asyncio.Transport | None = None
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[float, bytes | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def take(self, data: bytes | None) -> None:
        """Take what has come in."""
        if not self._seconds and not self._waiting and self.target:
            self._hand_on(data)
            return
        self._waiting.append((self._loop.time() + self._seconds, data))
        self.let_out()

    def let_out(self) -> None:
        """Hand on what has waited long enough, and come back for the rest."""
        if self.target is None:
            return
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now:
            self._hand_on(self._waiting.popleft()[1])
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._waiting:
            self._timer = self._loop.call_at(self._waiting[0][0], self.let_out)

    def _hand_on(self, data: bytes | None) -> None:
        assert self.target is not None
        if data is None:
            self.target.close()
        else:
            self.target.write(data)


class End(asyncio.Protocol):
    """One end of a relayed connection: what it hears goes into one lag, the other one ends here."""

    def __init__(self, heard: Lag, said: Lag) -> None:
        self._heard = heard
        self._said = said

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let out what has come for this end."""
        assert isinstance(transport, asyncio.Transport)
        self._said.target = transport
        self._said.let_out()

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        self._heard.take(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Pass the end on."""
        self._heard.take(None)


async def relay(port: int, seconds: float, context: ssl.SSLContext | None) -> None:
    """Listen and relay to the port, until standard input ends. seconds: of each way."""
    loop = asyncio.get_running_loop()
    connecting = set()

    def accept() -> End:
        there, back = Lag(seconds), Lag(seconds)
        onward = loop.create_connection(lambda: End(back, there), HOST, port)
        task = loop.create_task(onward)
        connecting.add(task)
        task.add_done_callback(connecting.discard)
        return End(there, back)

    server = await loop.create_server(accept, HOST, 0, ssl=context, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main(port: str, milliseconds: str, certificate: str = "") -> None:
    """Read the arguments and relay."""
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Punctual())) as runner:
        runner.run(relay(int(port), float(milliseconds) / 2000, context))


if __name__ == "__main__":
    main(*sys.argv[1:])
