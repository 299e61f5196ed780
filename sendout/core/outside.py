"""What lies outside our own network, for whoever fetches what strangers name.

Names are looked up and judged here, and the connection goes to the very addresses that were
judged: a name that changes its answer in between leads nowhere (server-side request forgery).
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

HOPS = 5  # requests for one address, redirects and all
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits


class Inside(OSError):
    """A name or an address leads into our own network."""


def is_address(host: str) -> bool:
    """Tell whether it is connected to as it stands, without a name being looked up."""
    return ":" in host or host.replace(".", "").isdigit()


def is_outside(address: str, *, loopback: bool = False) -> bool:
    """Tell whether an IP address is public. loopback: whether this machine will do, too."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:  # 127.1, which the system's own resolver would take for 127.0.0.1
        return False
    if loopback and found.is_loopback:
        return True
    inner = _inner(found)
    return found.is_global and inner.is_global and not inner.is_multicast


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


class Outside(AbstractResolver):
    """Looks names up; one that leads into our own network is refused, with all its addresses."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._resolver = ThreadedResolver()
        self._loopback = loopback

    async def resolve(
        self, host: str, port: int = 0, family: Any = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give the addresses of a name. Raises Inside."""
        found = await self._resolver.resolve(host, port, family)
        if not all(is_outside(each["host"], loopback=self._loopback) for each in found):
            raise Inside(f"“{host}” lies inside our own network")
        return found

    async def close(self) -> None:
        """Let go of what looks up."""
        await self._resolver.close()


@asynccontextmanager
async def arrive(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    judge: Callable[[str], str],
    headers: Mapping[str, str] | None = None,
) -> AsyncIterator[aiohttp.ClientResponse | None]:
    """Ask for an address and give the answer at the end of its redirects; None after HOPS of them.

    judge: gives the address to ask for, of each before it is asked for, and raises what it likes
    for one that is not to be.
    """
    for _ in range(HOPS):
        url = judge(url)
        async with session.request(method, url, headers=headers, allow_redirects=False) as answer:
            to = answer.headers.get("Location", "")
            if not (300 <= answer.status < 400 and to):
                yield answer
                return
            url = urljoin(url, to)
    yield None
