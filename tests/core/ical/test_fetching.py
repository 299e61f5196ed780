"""A calendar is fetched from the world, never from inside, and only as much as is good."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sendout.core.ical import fetching
from sendout.core.ical.event import BadCalendar
from sendout.core.ical.fetching import Fetched, Known, fetch, read_address

NOTHING = Known()
LEADS = {"/round": "/round", "/there": "/calendar"}


class Server(BaseHTTPRequestHandler):
    """Answers as the path asks."""

    def do_GET(self) -> None:
        if self.headers.get("If-None-Match") == '"1"':
            self.answer(304)
        elif self.path in LEADS:
            self.answer(302, {"Location": LEADS[self.path]})
        elif self.path == "/gone":
            self.answer(404)
        elif self.path == "/bomb":
            self.answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * 20_000_000))
        else:
            self.answer(200, {"ETag": '"1"'}, b"BEGIN:VCALENDAR")

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Write the whole answer."""
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def get(address: str, known: Known = NOTHING) -> Fetched:
    return asyncio.run(fetch(address, known, inside=True))


def test_it_is_fetched_once_and_then_only_when_it_changed(site: str) -> None:
    first = get(f"{site}/there")
    assert first == Fetched(b"BEGIN:VCALENDAR", Known(etag='"1"'))
    assert get(f"{site}/calendar", first.known) == Fetched(None, first.known)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/gone", "answered 404"), ("/round", "leads from one"), ("/bomb", "larger than 5 MB")],
)
def test_what_is_no_answer_is_said(site: str, path: str, reason: str) -> None:
    with pytest.raises(BadCalendar, match=reason):
        get(site + path)


def test_a_server_that_takes_its_time_is_left(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.0)
    with pytest.raises(BadCalendar, match="did not answer"):
        get(site)


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433"])
def test_no_name_leads_inside(host: str) -> None:
    with pytest.raises(BadCalendar, match="inside our own network"):
        asyncio.run(fetch(f"https://{host}/calendar", NOTHING))


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/", "https://169.254.169.254/",
        "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
        "https://[fd00::1]/", "https://0.0.0.0/", "https://100.64.0.1/", "https://224.0.0.1/",
        "webcal://192.168.1.1/cal.ics",
    ],
)  # fmt: skip
def test_no_address_inside_is_taken(address: str) -> None:
    with pytest.raises(BadCalendar, match="inside our own network"):
        read_address(address)


@pytest.mark.parametrize(
    "address",
    ["http://pool.example/", "ftp://pool.example/", "calendar", "https://", "https://[", ""],
)
def test_only_a_secure_address_is_one(address: str) -> None:
    with pytest.raises(BadCalendar, match="begins with https"):
        read_address(address)


def test_webcal_is_https_and_a_password_is_refused() -> None:
    assert read_address(" webcal://pool.example/a?b=c#d ") == "https://pool.example/a?b=c"
    with pytest.raises(BadCalendar, match="password"):
        read_address("https://alice:secret@pool.example/")
