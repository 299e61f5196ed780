"""The same door in the pages' web server, so that one port is enough.

It stands before everything else that Django does: readers have no session, and their Host may be
the organisation's own domain, which the pages do not answer to.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from sendout.core.tracking.requests import HEADERS
from sendout.tracking.answers import Answer, answer, is_ours
from sendout.tracking.commit import DEADLINE, Committer
from sendout.tracking.hits import Row, database_address
from sendout.tracking.writer import Writer

GetResponse = Callable[[HttpRequest], HttpResponseBase]
T = TypeVar("T")
_lock = threading.Lock()


class Clerk:
    """A committer in a thread of its own, for the threads of a web server.

    address: of the database, as libpq reads it.
    """

    def __init__(self, address: str) -> None:
        self._writer = Writer(address)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hits", daemon=True)
        self._thread.start()
        self._committer = self._submit(self._open()).result()
        atexit.register(self.stop)

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _open(self) -> Committer:
        return Committer(self._writer)

    def commit(self, row: Row) -> None:
        """Wait until the hit is committed, or its deadline is over."""
        with suppress(FutureTimeout):  # a machine that is too busy for its own deadline
            self._submit(self._committer.commit(row)).result(timeout=DEADLINE * 2)

    def stop(self, seconds: float = 5.0) -> None:
        """Commit what waits, within these seconds, and end the thread."""
        atexit.unregister(self.stop)
        if self._thread.is_alive():
            self._submit(self._close(seconds)).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    async def _close(self, seconds: float) -> None:
        await self._committer.stop(seconds)
        await self._writer.close()


class _Clerks:
    """The clerk of this process, made at the first hit: a server forks before it serves."""

    def __init__(self) -> None:
        self._clerk: Clerk | None = None

    def get(self) -> Clerk:
        """Give the clerk."""
        with _lock:
            if self._clerk is None:
                self._clerk = Clerk(database_address())
            return self._clerk


clerks = _Clerks()


def answer_hits(get_response: GetResponse) -> GetResponse:
    """Answer opens and clicks; hand everything else on."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_ours(request.path_info):
            return get_response(request)
        given, row = answer(
            settings.TOKEN_KEYS, request.method or "", request.path_info, _headers(request)
        )
        if row is not None:
            clerks.get().commit(row)
        return _response(given)

    return middleware


def _headers(request: HttpRequest) -> dict[str, str]:
    return {name: request.headers[name] for name in HEADERS if name in request.headers}


def _response(given: Answer) -> HttpResponse:
    response = HttpResponse(given.body, status=given.status)
    del response["content-type"]
    for name, value in given.headers:
        response[name] = value
    return response
