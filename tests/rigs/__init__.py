"""Real counterparts for the tests: servers that are started, used and stopped."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from itertools import cycle, repeat
from typing import NoReturn

import pytest

# Where Debian puts what an ordinary user's PATH does not name.
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/dovecot:/usr/lib/postfix/sbin"


def require(program: str) -> str:
    """Give the path of a program; without it skip the test, or fail where CI=true."""
    found = shutil.which(program, path=PLACES)
    if found:
        return found
    return give_up(f"{program} is not installed")


def give_up(reason: str) -> NoReturn:
    """Skip the test for want of something, or fail it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and with CI=true that is a failure")
    pytest.skip(reason)


def free_port() -> int:
    """Give a TCP port of the loopback that nobody listens on.

    Where tests run in several processes each takes from a range of its own: until its server
    starts, a port would be free for the others too.
    """
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])


def _ports() -> Iterator[int]:
    """Give candidates; 0 lets the system choose. The ranges lie below those it chooses from."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if not worker:
        return repeat(0)
    first = 12_000 + 2_000 * (int(worker) % 10)
    return cycle(range(first, first + 2_000))


_PORTS = _ports()
