"""Whether a web address answers, asked so that nothing inside one's own network can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import aiohttp

from sendout.core.outside import Outside, arrive, is_address, is_outside

SECONDS = 8.0  # for one link, redirects and all
AT_ONCE = 5
PORTS = {80, 443}
GONE = {404, 410}
AGENT = "Sendout link check"


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

    def check(self, url: str) -> str:
        """Give the address; raises NotAllowed for what is none of a public web server."""
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
        literal = is_address(parts.hostname)  # a name is judged when it is looked up
        if literal and not is_outside(parts.hostname, loopback=self.loopback):
            raise NotAllowed("an address that is not public")
        return url


async def check_links(urls: Iterable[str], rules: Rules) -> dict[str, Answer]:
    """Ask for each address, a few at once; nothing that fails raises."""
    connector = aiohttp.TCPConnector(resolver=Outside(loopback=rules.loopback), use_dns_cache=False)
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
    async with arrive(session, method, url, rules.check) as answer:
        if answer is None:
            raise NotAllowed("too many redirects")
        return answer.status
