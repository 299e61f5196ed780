"""A calendar fetched from the world: within limits, and never from inside our own network."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from aiohttp.resolver import ThreadedResolver

from sendout.core.ical.event import BadCalendar
from sendout.core.outside import Inside, Outside, arrive, is_address, is_outside

MOST_BYTES = 5_000_000
SECONDS = 20.0  # for all of it
AGENT = {"User-Agent": "Sendout (calendar)", "Accept": "text/calendar, */*;q=0.5"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the server said about the copy that we have (RFC 9110, section 8.8)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came. content: None when our copy is still good."""

    content: bytes | None
    known: Known


def read_address(typed: str, *, inside: bool = False) -> str:
    """Give the address to fetch: `webcal://` is `https://`. Raises BadCalendar.

    inside: whether our own network and `http://` will do.
    """
    try:
        parts = urlsplit(typed.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme, parts.scheme)
    if not host or scheme not in (("https", "http") if inside else ("https",)):
        raise BadCalendar("the address of a calendar begins with https:// or webcal://")
    if parts.username or parts.password:
        raise BadCalendar("leave name and password out of the address: anybody may read it here")
    if not inside and is_address(host) and not is_outside(host):
        raise BadCalendar(f"“{host}” lies inside our own network")
    return urlunsplit((scheme, parts.netloc, parts.path or "/", parts.query, ""))


async def fetch(address: str, known: Known, *, inside: bool = False) -> Fetched:
    """Fetch a calendar, unless our copy is still good. Raises BadCalendar.

    Every name is looked up once and its addresses are judged before they are connected to, at each
    redirection anew, so that no name leads inside.
    """
    connector = aiohttp.TCPConnector(
        resolver=ThreadedResolver() if inside else Outside(), use_dns_cache=False
    )
    try:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession(connector=connector) as session:
            return await _follow(session, address, known, inside)
    except TimeoutError as error:
        raise BadCalendar(f"its server did not answer within {SECONDS:.0f} seconds") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        inner = error.__cause__
        if isinstance(inner, Inside) or isinstance(error, Inside):
            raise BadCalendar(str(inner or error)) from error
        raise BadCalendar("its server cannot be reached") from error


async def _follow(
    session: aiohttp.ClientSession, address: str, known: Known, inside: bool
) -> Fetched:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    headers = AGENT | {name: value for name, value in asked.items() if value}
    async with arrive(
        session, "GET", address, partial(read_address, inside=inside), headers
    ) as answer:
        if answer is None:
            raise BadCalendar("its server leads from one address to the next")
        if answer.status == 304:
            return Fetched(None, known)
        if answer.status != 200:
            raise BadCalendar(f"its server answered {answer.status} {answer.reason or ''}".strip())
        told = answer.headers
        new = Known(told.get("ETag", "")[:200], told.get("Last-Modified", "")[:100])
        return Fetched(await _content(answer), new)


async def _content(answer: aiohttp.ClientResponse) -> bytes:
    """Read what comes, unpacked, as far as the limit."""
    content = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > MOST_BYTES:
            raise BadCalendar(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return bytes(content)
