"""The limit: a pipelined client that keeps no record of anything. Run as a program.

It fills the slots of bytes that are ready for the wire, and writes the text of one message with
the envelope of the next (RFC 2920). Whatever a sending program adds can only be slower.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Iterator

from sendout.bench.machine import peak_rss_kb
from sendout.bench.work import Result, Work, filler, people

LAST_LINE = re.compile(rb"^\d{3} .*\r\n\Z", re.MULTILINE)
REFUSED = re.compile(rb"^[45].*", re.MULTILINE)
READ_AT_ONCE = 4096  # bytes
OPENED, TAKEN = 3, 1  # replies to MAIL, RCPT, DATA; to a message


class Client(asyncio.BufferedProtocol):
    """One connection. sent: how many messages were accepted; done: set when all is said.

    A `Protocol` would be given each answer in 256 KiB that are mapped and unmapped for it.
    """

    def __init__(self, messages: Iterator[tuple[bytes, bytes]]) -> None:
        self.sent = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._messages = messages
        self._steps = self._dialogue()
        self._buffer = bytearray(READ_AT_ONCE)
        self._heard = b""
        self._wanted = 0  # replies of one line; 0 for one reply of any length

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        next(self._steps)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Give the place for what the server says."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Say the next thing when all replies have come."""
        heard = self._heard + self._buffer[:nbytes]
        if heard.count(b"\n") < self._wanted or not LAST_LINE.search(heard):
            self._heard = heard
            return
        self._heard = b""
        if refused := REFUSED.search(heard):
            self._fail(refused[0].decode())
        elif next(self._steps, None) is None and not self.done.done():
            self.done.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail when it was too early."""
        self._fail("the server hung up")

    def _fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError(reason))

    def _dialogue(self) -> Iterator[bool]:
        """Wait at each yield for the replies to what was written before."""
        yield True
        self._transport.write(b"EHLO bench.test\r\n")
        yield True
        text = b""
        for envelope, following in self._messages:
            self._wanted = OPENED + (TAKEN if text else 0)
            self._transport.write(text + envelope)
            yield True
            self.sent += bool(text)
            text = following
        self._wanted = TAKEN
        self._transport.write(text + b"QUIT\r\n")
        self._wanted += bool(text)
        yield True
        self.sent += bool(text)


def written(work: Work) -> Iterator[tuple[bytes, bytes]]:
    """Give the envelope and the text of each message, until there is no more time."""
    fill = filler(work.wire)
    mail = f"MAIL FROM:<{work.mail_from}>\r\nRCPT TO:<".encode()
    end = time.monotonic() + work.seconds
    for values in people(work.messages):
        if time.monotonic() > end:
            return
        text = fill(values).encode() + b".\r\n"
        yield b"%b%b>\r\nDATA\r\n" % (mail, values["email"].encode()), text


async def send(work: Work) -> int:
    """Send all over several connections; give how many were accepted."""
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context() if work.tls else None
    messages = written(work)
    clients = []
    for _ in range(min(work.connections, work.messages)):
        _, client = await loop.create_connection(
            lambda: Client(messages), work.host, work.port, ssl=context
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return sum(client.sent for client in clients)


def main() -> None:
    """Do the work and say what it took."""
    work = Work.read()
    started, cpu = time.monotonic(), time.process_time()
    sent = asyncio.run(send(work))
    seconds, used = time.monotonic() - started, time.process_time() - cpu
    Result("bare", sent, seconds, used, peak_rss_kb()).report()


if __name__ == "__main__":
    main()
