"""A second machine: a network namespace with its own name and its own wire to this one.

    with SecondHost() as host:
        subprocess.Popen([*host.enter, "sendout", "worker"])   # runs over there
        host.here                                              # our address, seen from there
        with host.cut(): ...                                   # the wire is out

Addresses are of TEST-NET-3 (RFC 5737), which is routed nowhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from uuid import uuid4

from tests.rigs import give_up, require

HERE, THERE, BITS = "203.0.113.1", "203.0.113.2", 30
NAME = "second"  # what the machine calls itself


class SecondHost:
    """The machine; use it with `with`. here, there: the two ends of the wire."""

    here, there, name = HERE, THERE, NAME

    def __init__(self) -> None:
        short = uuid4().hex[:6]
        self._space = f"sendout-{short}"
        self._near, self._far = f"so{short}a", f"so{short}b"

    @property
    def enter(self) -> list[str]:
        """The words before a command that shall run there."""
        named = f'hostname {NAME} && exec "$@"'
        return ["ip", "netns", "exec", self._space, "unshare", "--uts", "sh", "-c", named, "sh"]

    def __enter__(self) -> Self:
        """Lay the wire; skips or fails the test where that cannot be done."""
        require("ip")
        require("unshare")
        if os.geteuid() != 0:
            give_up("network namespaces can only be made by root")
        try:
            self._do("netns", "add", self._space)
            self._do(
                *("link", "add", self._near, "type", "veth"),
                *("peer", "name", self._far, "netns", self._space),
            )
            self._do("address", "add", f"{HERE}/{BITS}", "dev", self._near)
            self._do("link", "set", self._near, "up")
            inside = ("-n", self._space)
            self._do(*inside, "address", "add", f"{THERE}/{BITS}", "dev", self._far)
            self._do(*inside, "link", "set", self._far, "up")
            self._do(*inside, "link", "set", "lo", "up")
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Pull the wire out, and put it in again afterwards."""
        self._do("link", "set", self._near, "down")
        try:
            yield
        finally:
            self._do("link", "set", self._near, "up")

    def _remove(self) -> None:
        for words in (("link", "del", self._near), ("netns", "del", self._space)):
            subprocess.run(["ip", *words], capture_output=True, check=False)

    def _do(self, *words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            give_up(f"no second host can be made here: {done.stderr.strip()}")


class Doorway:
    """Lets those on the wire in to a socket in the file system; use it with `with`."""

    def __init__(self, target: Path) -> None:
        self.port = 0
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._let_in, HERE, 0)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*talks, return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(self._target)
        ends = {writer, inner_writer}
        self._open |= ends
        await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))
        self._open -= ends


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # whoever went, the other side is told
    finally:
        writer.close()
