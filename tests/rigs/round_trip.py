"""What the distance to a mail server costs: `python -m tests.rigs.round_trip`.

Sends the same messages over ten connections, near by and through a relay, with PIPELINING and
with CHUNKING, into a sink and into a real Postfix, and prints messages per second. The servers
run in processes of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.connection import Connection as Pipe

from sendout.core.delivery.outcome import Accepted, Outcome
from sendout.core.providers.base import Envelope
from sendout.core.providers.smtp import SmtpConfig, SmtpProvider
from tests.rigs.chunking_sink import ChunkingSink
from tests.rigs.postfix import Postfix
from tests.rigs.relay import Relay

CONNECTIONS = 10
SLICE = 500  # messages given to a connection at once, at most
TEXT = b"Subject: Pool closed\r\n\r\n" + b"Dear reader, the pool is closed on Tuesday. \r\n" * 73
TO = "alice@example.test"


def letters(count: int) -> list[Envelope]:
    """Make messages of about 3.4 kB."""
    return [Envelope(number, "club@example.org", TO, TEXT) for number in range(count)]


async def send(port: int, count: int, *, chunking: bool) -> float:
    """Send so many messages over ten connections; give messages per second."""
    config = SmtpConfig("127.0.0.1", port, "none", chunking=chunking)
    provider, accepted = SmtpProvider(config), 0
    connections = await asyncio.gather(*(provider.connect() for _ in range(CONNECTIONS)))
    queue = letters(count)
    size = min(SLICE, count // CONNECTIONS)
    slices = [queue[start : start + size] for start in range(0, count, size)]

    def answer(_: Envelope, outcome: Outcome) -> None:
        nonlocal accepted
        accepted += isinstance(outcome, Accepted)

    async def work(number: int) -> None:
        for slice_ in slices[number::CONNECTIONS]:
            await connections[number].send(slice_, answer)

    begun = time.perf_counter()
    await asyncio.gather(*map(work, range(CONNECTIONS)))
    seconds = time.perf_counter() - begun
    await asyncio.gather(*(connection.close() for connection in connections))
    if accepted != count:
        raise RuntimeError(f"{accepted} of {count} were accepted")
    return count / seconds


async def echo_time(port: int) -> float:
    """Give the seconds that a command and its answer take, the best of several."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    best = 9.0
    for _ in range(10):
        begun = time.perf_counter()
        writer.write(b"RSET\r\n")
        await reader.readline()
        best = min(best, time.perf_counter() - begun)
    writer.close()
    return best


@asynccontextmanager
async def _served(server: int, delay: float) -> AsyncIterator[int]:
    if server:
        async with Relay("127.0.0.1", server, delay) as relay:
            yield relay.port
    else:
        async with ChunkingSink() as sink:
            yield sink.port


def _serve(pipe: Pipe, server: int, delay: float) -> None:
    async def main() -> None:
        async with _served(server, delay) as port:
            pipe.send(port)
            await asyncio.get_running_loop().run_in_executor(None, pipe.recv)

    asyncio.run(main())


@contextmanager
def process(server: int = 0, delay: float = 0.0) -> Iterator[int]:
    """Run a sink, or a relay before a server, in a process of its own; give its port."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, server, delay), daemon=True
    )
    child.start()
    try:
        yield int(ours.recv())
    finally:
        ours.send("end")
        child.join(10)


def report(name: str, port: int, delay: float, counts: dict[str, int]) -> None:
    """Print the figures of one server, near by and afar."""
    for chunking, how in ((False, "PIPELINING"), (True, "CHUNKING")):
        near = asyncio.run(send(port, counts["near"], chunking=chunking))
        with process(port, delay) as far_port:
            trip = asyncio.run(echo_time(far_port))
            count = counts["far chunks" if chunking else "far"]
            far = asyncio.run(send(far_port, count, chunking=chunking))
        print(f"{name:8} {how:10} near {near:8.0f}/s   {trip * 1000:5.1f} ms away {far:8.0f}/s")  # noqa: T201


def main() -> None:
    """Measure a sink and, where it is installed, Postfix."""
    parser = argparse.ArgumentParser(description="What the distance to a mail server costs.")
    parser.add_argument("--delay", type=float, default=0.025, help="seconds each way")
    parser.add_argument("--postfix", action="store_true", help="measure a real Postfix too")
    arguments = parser.parse_args()
    with process() as port:
        report("sink", port, arguments.delay, {"near": 50_000, "far": 2_000, "far chunks": 50_000})
    if arguments.postfix:
        with Postfix() as postfix:
            report(
                "postfix",
                postfix.port,
                arguments.delay,
                {"near": 5_000, "far": 2_000, "far chunks": 5_000},
            )


if __name__ == "__main__":
    main()
