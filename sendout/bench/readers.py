"""Many readers without wrk: an asyncio client, a process of its own that prints what it found.

    python -m sendout.bench.readers PORT FILE CONNECTIONS SECONDS RATE

It costs more than the door itself, so its figures are a floor.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from pathlib import Path

AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)


class Crowd:
    """All readers together. rate: requests per second; 0 for as fast as they are answered."""

    def __init__(self, file: Path, seconds: float, rate: float) -> None:
        heads = f"Host: localhost\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n\r\n"
        lines = file.read_text().splitlines()
        self.requests = cycle([f"GET {line} HTTP/1.1\r\n{heads}".encode() for line in lines])
        self.end = time.monotonic() + seconds
        self.apart = 1 / rate if rate else 0.0
        self.slot = time.monotonic()
        self.waits: list[float] = []
        self.wrong = 0

    async def read(self, port: int) -> None:
        """Ask on one connection until the time is over."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (now := time.monotonic()) < self.end:
            if self.apart:
                self.slot = max(self.slot + self.apart, now - 1)
                await asyncio.sleep(self.slot - now)
            started = time.monotonic()
            writer.write(next(self.requests))
            await self._answer(reader)
            self.waits.append(time.monotonic() - started)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.wrong += head[9:12] not in (b"200", b"302")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
        await reader.readexactly(int(length))


async def main() -> None:
    """Let everybody read, and print the figures as JSON."""
    port, file, connections, seconds, rate = sys.argv[1:]
    crowd = Crowd(Path(file), float(seconds), float(rate))
    started = time.monotonic()
    await asyncio.gather(*(crowd.read(int(port)) for _ in range(int(connections))))
    waits = sorted(crowd.waits)
    found = {
        "answered": len(waits),
        "wrong": crowd.wrong,
        "seconds": time.monotonic() - started,
        "p50_ms": 1000 * waits[len(waits) // 2],
        "p99_ms": 1000 * waits[len(waits) * 99 // 100],
    }
    print(f"\nFOUND {json.dumps(found)}")


if __name__ == "__main__":
    asyncio.run(main())
