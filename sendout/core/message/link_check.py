"""Whether a web address answers, asked so that nothing inside one's own network can be reached.

Addresses are looked up and judged here, and the connection goes to the very address that was
judged: a name that changes its answer in between leads nowhere (server-side request forgery).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

SECONDS = 8.0  # for one link, redirects and all
REDIRECTS = 4
AT_ONCE = 5
PORTS = {80, 443}
GONE = {404, 410}
AGENT = "Sendout link check"
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
Address = IPv4Address | IPv6Address


class Answer(StrEnum):
    """What became of asking. UNKNOWN: nobody can say, and nobody should be alarmed."""

    FINE = "fine"
    GONE = "gone"
    UNKNOWN = "unknown"


class NotAllowed(OSError):
    """An address that is not for us to ask: inside, loopback, or no web address at all."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be asked. loopback: whether this very machine may, by any port; for tests."""

    loopback: bool = False

    def check(self, url: str) -> None:
        """Raise NotAllowed for what is no address of a public web server."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise NotAllowed("no web address") from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NotAllowed("no web address")
        if parts.username or parts.password:
            raise NotAllowed("a password in the address")
        if port is not None and port not in PORTS and not self.loopback:
            raise NotAllowed("an unusual port")
        try:
            literal = ip_address(parts.hostname)
        except ValueError:
            return  # a name, which the resolver judges
        self.check_address(literal)

    def check_address(self, address: Address) -> None:
        """Raise NotAllowed unless it is public."""
        inner = _inner(address)
        if self.loopback and inner.is_loopback:
            return
        if not inner.is_global or inner.is_multicast:
            raise NotAllowed("an address that is not public")


def _inner(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


class PublicResolver(AbstractResolver):
    """Looks names up and leaves out every address that may not be asked."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the public addresses of a name. Raises NotAllowed when it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        public = [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=kind, proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, _, proto, _, address in found
            if self._allows(str(address[0]))
        ]  # fmt: skip
        if not public:
            raise NotAllowed("a name without a public address")
        return public

    def _allows(self, address: str) -> bool:
        try:
            self._rules.check_address(ip_address(address.partition("%")[0]))
        except (NotAllowed, ValueError):
            return False
        return True

    async def close(self) -> None:
        """Nothing is held open."""


async def check_links(urls: Iterable[str], rules: Rules) -> dict[str, Answer]:
    """Ask for each address, a few at once; nothing that fails raises."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver(rules), use_dns_cache=False)
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": AGENT},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    ) as session:

        async def one(url: str) -> Answer:
            async with turns:
                return await _check(session, url, rules)

        listed = list(dict.fromkeys(urls))
        return dict(zip(listed, await asyncio.gather(*map(one, listed)), strict=True))


async def _check(session: aiohttp.ClientSession, url: str, rules: Rules) -> Answer:
    try:
        async with asyncio.timeout(SECONDS):
            status = await _follow(session, "HEAD", url, rules)
            if status >= 400:  # many servers know no HEAD
                status = await _follow(session, "GET", url, rules)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return Answer.UNKNOWN
    if status in GONE:
        return Answer.GONE
    return Answer.FINE if status < 400 else Answer.UNKNOWN


async def _follow(session: aiohttp.ClientSession, method: str, url: str, rules: Rules) -> int:
    """Give the status at the end of the redirects. Raises NotAllowed when one leads inside."""
    for _ in range(REDIRECTS + 1):
        rules.check(url)
        async with session.request(method, url, allow_redirects=False) as answer:
            to = answer.headers.get("Location", "")
            if not (300 <= answer.status < 400 and to):
                return answer.status
            url = urljoin(url, to)
    raise NotAllowed("too many redirects")
