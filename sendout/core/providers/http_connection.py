"""Messages that leave as HTTP requests, several at once on each connection.

A request that was written and not answered may have been taken: it is never sent again from here.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Answer as Tell
from sendout.core.providers.base import Envelope, SenderDown
from sendout.core.providers.reach import explain
from sendout.core.providers.setting import Setting

AT_ONCE = 8  # requests under way on one connection
CONNECTING = 10.0  # seconds
PATIENCE = 5.0  # seconds that a slice waits when the service asks to be slower
TRIES = 4  # of a request, as long as the service asks to be slower
REST = 20.0  # seconds without a try after the service said that it takes nothing from us
BAD = 3  # answers in a row that are no answers, until the service is left alone
LONGEST_ANSWER = 64_000  # bytes that are read of an answer

INTERRUPTED = "we stopped waiting for the service's answer"
TROUBLE = Refused(
    False, "connect", "it fails again and again; it is left alone for a while", Blame.SENDER
)
TIMEOUT = Setting("timeout", float, "seconds to wait for an answer", 30.0)


@dataclass(frozen=True, slots=True)
class Request:
    """One message as a request. url: percent-encoded."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """What the service answered. headers: names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def wait(self) -> float | None:
        """Seconds that the service asks to wait (RFC 9110 section 10.2.3), where it says."""
        told = self.headers.get("Retry-After", "").strip()
        return min(float(told), 86_400.0) if told.isdecimal() and len(told) < 9 else None


@dataclass(frozen=True, slots=True)
class NotNow:
    """The service takes nothing from us at the moment. wait: seconds, where it said how long."""

    refusal: Refused
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing was handed over: the request was not written."""


Answer = Outcome | NotNow


class Speaks(Protocol):
    """What a provider's own file knows: how to ask, and what an answer means."""

    def request(self, envelope: Envelope) -> Request:
        """Make the request of one message. Raises ValueError for one that cannot be sent."""
        ...

    def read(self, envelope: Envelope, response: Response) -> Answer:
        """Say what an answer means."""
        ...


class Lost(Exception):
    """The connection broke after the request had been written."""


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Hide a broken connection from aiohttp, which would send a GET again: a second text."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Lost(str(error)) from error


async def _note_written(_session: object, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.written = True


class HttpWay:
    """What the connections of one provider share: where it is, and whether it is left alone."""

    def __init__(self, speaks: Speaks, name: str, url: str, timeout: float, ca: str = "") -> None:
        self.speaks = speaks
        self._name = name
        self._url = urlsplit(url)
        self._timeout = timeout
        self._ca = ca
        self._rests_until = 0.0
        self._why = TROUBLE
        self._bad = 0
        self.paused_until = 0.0

    async def connect(self) -> HttpConnection:
        """Reach the service, so that nothing is claimed while it cannot be. Raises SenderDown."""
        if self.resting:
            raise SenderDown(self._why)
        await self._reach()
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_note_written)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=AT_ONCE, ssl=self._tls),
            timeout=aiohttp.ClientTimeout(
                total=None,
                sock_connect=min(CONNECTING, self._timeout),
                sock_read=self._timeout,
            ),
            trace_configs=[trace],
            middlewares=(_once,),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return HttpConnection(self, session)

    async def _reach(self) -> None:
        """Open a connection and let go of it: whether there is a server, and a certificate."""
        secure = self._url.scheme == "https"
        host, port = self._url.hostname or "", self._url.port or (443 if secure else 80)
        try:
            async with asyncio.timeout(min(CONNECTING, self._timeout)):
                _, writer = await asyncio.open_connection(
                    host, port, ssl=self._tls if secure else None
                )
        except (OSError, UnicodeError) as error:  # TimeoutError and SSLError are OSErrors
            raise explain(error, f"{host}:{port}") from error
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._ca or None)

    @property
    def longest(self) -> float:
        """Seconds for a whole request: aiohttp waits for ever where chunks are broken."""
        return min(CONNECTING, self._timeout) + self._timeout

    @property
    def resting(self) -> bool:
        """Whether the service is left alone at the moment."""
        return time.monotonic() < self._rests_until

    def rest(self, refusal: Refused, seconds: float = REST) -> None:
        """Leave the service alone, for the reason given."""
        self._why = replace(refusal, text=f"{self._name}: {refusal.text}", permanent=False)
        self._rests_until = time.monotonic() + seconds

    def heard(self, answer: Answer | Unreachable) -> None:
        """Count answers that are none: a service in trouble is not asked for every message."""
        self._bad = self._bad + 1 if isinstance(answer, Unsure) else 0
        if self._bad >= BAD:
            self._bad = 0
            self.rest(TROUBLE)

    def pause(self, seconds: float) -> None:
        """Let all connections wait before their next request."""
        self.paused_until = max(self.paused_until, time.monotonic() + seconds)


class HttpConnection:
    """Up to AT_ONCE requests under way; see `base.Connection`."""

    def __init__(self, way: HttpWay, session: aiohttp.ClientSession) -> None:
        self._way = way
        self._session = session
        self._open = True

    @property
    def usable(self) -> bool:
        """False once it was closed, lost the service, or the service wants nothing from us."""
        return self._open and not self._way.resting

    async def send(self, envelopes: Iterable[Envelope], answer: Tell) -> None:
        """Hand the envelopes over, some at once; answers come in any order."""
        line = iter(envelopes)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work(line, answer))

    async def _work(self, line: Iterator[Envelope], tell: Tell) -> None:
        while self.usable and (envelope := next(line, None)) is not None:
            await self._hand_over(envelope, tell)

    async def _hand_over(self, envelope: Envelope, tell: Tell) -> None:
        """Ask until the service does not ask for patience, then tell what came of it."""
        try:
            request = self._way.speaks.request(envelope)
        except ValueError as error:
            return tell(envelope, Refused(True, "content", str(error), Blame.MESSAGE))
        for tried in range(1, TRIES + 1):
            await asyncio.sleep(max(self._way.paused_until - time.monotonic(), 0.0))
            if not self.usable:
                return None
            answer = await self._ask(envelope, request, tell)
            self._way.heard(answer)
            if not isinstance(answer, NotNow) or answer.wait is None or answer.wait > PATIENCE:
                break
            if tried < TRIES:
                self._way.pause(answer.wait)
        return self._take(envelope, answer, tell)

    async def _ask(self, envelope: Envelope, request: Request, tell: Tell) -> Answer | Unreachable:
        """Send one request and read its answer."""
        progress = SimpleNamespace(written=False)
        try:
            async with (
                asyncio.timeout(self._way.longest),
                self._session.request(
                    request.method,
                    request.url,
                    data=request.body or None,
                    headers=request.headers,
                    allow_redirects=False,
                    trace_request_ctx=progress,
                ) as response,
            ):
                body = await _read(response.content)
        except asyncio.CancelledError:
            self._open = False
            if progress.written:
                tell(envelope, Unsure(INTERRUPTED))
            raise
        except (aiohttp.ClientError, Lost, OSError) as error:
            return Unsure(_lost(error)) if progress.written else Unreachable()
        return self._way.speaks.read(envelope, Response(response.status, response.headers, body))

    def _take(self, envelope: Envelope, answer: Answer | Unreachable, tell: Tell) -> None:
        """Tell an outcome; what was not handed over gets none, and another connection tries."""
        match answer:
            case Unreachable():
                self._open = False
            case NotNow(refusal, wait):
                self._way.rest(replace(refusal, retry_after=wait), max(wait or REST, 1.0))
            case Unsure():
                self._open = False
                tell(envelope, answer)
            case Accepted() | Refused():
                tell(envelope, answer)

    async def close(self) -> None:
        """Let go of what is open."""
        self._open = False
        await self._session.close()


async def _read(content: aiohttp.StreamReader) -> bytes:
    """Read an answer, as much of it as can matter."""
    try:
        return await content.readexactly(LONGEST_ANSWER)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _lost(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the service did not answer in time"
    return "the connection broke before the service's answer"
