"""From the mail that left to the status on the page: a reader, a scanner, and a mail program."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sendout.core.tracking.verdict import FIRST_CLICK
from tests.e2e.conftest import Home
from tests.rigs import free_port

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NEWS = """<title>News</title><p>Hi {{ first_name }}</p>
<a href="http://127.0.0.1:{port}/one?a=1&amp;b=é">One</a> <a href="http://127.0.0.1:{port}/two">Two</a>
<a href="http://127.0.0.1:{port}/three">Three</a>"""


class Mailboxes:
    """What came, by recipient."""

    def __init__(self) -> None:
        self.mails: dict[str, EmailMessage] = {}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails[envelope.rcpt_tos[0]] = mail
        return "250 2.0.0 Ok"

    def html(self, recipient: str) -> str:
        """Give the HTML part of somebody's mail."""
        part = self.mails[recipient].get_body(("html",))
        assert part is not None
        return str(part.get_content())


@pytest.fixture
def mailboxes() -> Iterator[tuple[Mailboxes, int]]:
    boxes = Mailboxes()
    server = Controller(boxes, hostname="127.0.0.1", port=free_port())
    server.start()
    yield boxes, server.port
    server.stop()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows where a link leads without going there."""

    def redirect_request(self, *args: object) -> None:
        """Stop here."""


def fetch(url: str, method: str = "GET", agent: str = BROWSER) -> tuple[int, str]:
    """Fetch as a program of this name does; gives the status and where it leads."""
    headers = {"User-Agent": agent}
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - our own
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.headers["location"] or ""


def tracked(html: str, base: str) -> list[str]:
    return [unescape(url) for url in re.findall(rf'href="({re.escape(base)}/c/[^"]+)"', html)]


def pixel(html: str, base: str) -> str:
    return unescape(re.findall(rf'src="({re.escape(base)}/o/[^"]+\.gif)"', html)[0])


def test_people_are_counted_and_machines_kept_apart(
    home: Home, tmp_path: Path, mailboxes: tuple[Mailboxes, int]
) -> None:
    boxes, smtp = mailboxes
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    people, news = tmp_path / "people.csv", tmp_path / "news.html"
    names = ("ann", "ben", "cleo", "dan")
    rows = "".join(f"{name.title()},{name}@example.org\n" for name in names)
    people.write_text("First name,Email\n" + rows)
    news.write_text(NEWS.replace("{port}", "9"))
    way = ("--kind", "smtp", "--url", f"smtp://127.0.0.1:{smtp}/?tls=none")
    where = ("--org", "aqua-club", "--channel", "email", "--from", "office@example.org")
    home.run("sender", "add", *where, *way)
    home.start("track", "--port", str(port))
    home.start("worker")
    home.ask("UPDATE accounts_organisation SET tracking_url = %s", base)
    send = ("--org", "aqua-club", "--to", people, "--html", news, "--wait", "--json")
    told = home.json("send", *send)
    time.sleep(FIRST_CLICK + 0.5)

    ann, ben, cleo, dan = (boxes.html(f"{name}@example.org") for name in names)
    assert fetch(pixel(ann, base)) == (200, "")
    assert fetch(tracked(ann, base)[0]) == (302, "http://127.0.0.1:9/one?a=1&b=%C3%A9")
    for url in tracked(ben, base):
        fetch(url, "HEAD")
        fetch(url)
    fetch(pixel(cleo, base), agent="Mozilla/5.0")
    fetch(pixel(dan, base))

    wanted = ["clicked", "sent", "sent", "opened"]
    end = time.monotonic() + 60
    while (found := statuses(home, told["id"])) != wanted:
        assert time.monotonic() < end, found
        time.sleep(0.5)
    apart = "SELECT machine_clicked_at IS NOT NULL, machine_opened_at IS NOT NULL"
    machines = home.ask(f"{apart} FROM deliveries_delivery ORDER BY address")
    assert machines == [(False, False), (True, False), (False, True), (False, False)]


def statuses(home: Home, sendout: int) -> list[str]:
    rows = sorted(home.deliveries(sendout), key=lambda row: str(row["address"]))
    return [str(row["status"]) for row in rows]
