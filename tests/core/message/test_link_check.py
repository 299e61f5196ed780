"""A link that is gone is told from one that answers, and nothing inside is ever asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sendout.core import outside
from sendout.core.message import link_check
from sendout.core.message.link_check import Answer, NotAllowed, Rules, check_links

HERE = Rules(loopback=True)


@asynccontextmanager
async def site() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve pages of every kind on loopback; gives the address, and what was asked for."""
    asked: list[str] = []

    def answer(status: int, **headers: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            asked.append(f"{request.method} {request.path}")
            return web.Response(status=status, headers=headers)

        return handle

    async def no_head(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        return web.Response(status=405 if request.method == "HEAD" else 200)

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/fine", answer(200))
    app.router.add_route("*", "/gone", answer(410))
    app.router.add_route("*", "/broken", answer(503))
    app.router.add_route("*", "/moved", answer(301, Location="/fine"))
    app.router.add_route("*", "/lost", answer(302, Location="/nowhere"))
    app.router.add_route("*", "/inside", answer(302, Location="http://10.0.0.1/admin"))
    app.router.add_route("*", "/round", answer(302, Location="/round"))
    app.router.add_route("*", "/no-head", no_head)
    app.router.add_route("*", "/slow", slow)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    port = listening._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    try:
        yield f"http://127.0.0.1:{port}", asked
    finally:
        await runner.cleanup()


def test_each_kind_of_answer_is_told_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_check, "SECONDS", 1.0)
    kinds = {
        "/fine": Answer.FINE, "/moved": Answer.FINE, "/no-head": Answer.FINE,
        "/gone": Answer.GONE, "/nothing-here": Answer.GONE, "/lost": Answer.GONE,
        "/broken": Answer.UNKNOWN, "/inside": Answer.UNKNOWN, "/round": Answer.UNKNOWN,
        "/slow": Answer.UNKNOWN,
    }  # fmt: skip

    async def ask() -> None:
        async with site() as (url, asked):
            found = await check_links([url + path for path in kinds], HERE)
            assert {link.removeprefix(url): answer for link, answer in found.items()} == kinds
            assert asked.count("HEAD /round") == outside.HOPS

    asyncio.run(ask())


def test_without_the_setting_this_machine_is_not_asked() -> None:
    async def ask() -> None:
        async with site() as (url, asked):
            by_name = url.replace("127.0.0.1", "localhost")
            found = await check_links([url + "/gone", by_name + "/gone"], Rules())
            assert set(found.values()) == {Answer.UNKNOWN}
            assert asked == []

    asyncio.run(ask())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://10.1.2.3/", "http://192.168.0.1/", "http://169.254.169.254/",
        "http://[::1]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/", "http://[2002:a00:1::]/", "http://0.0.0.0/", "http://224.0.0.1/",
        "http://100.64.0.1/", "ftp://example.org/", "http:///x", "http://a:b@example.org/",
        "http://example.org:22/", "http://[bad/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        Rules().check(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b", "http://8.8.8.8/", "http://a.example:80"]
)
def test_what_is_public_may_be_asked(url: str) -> None:
    Rules().check(url)
