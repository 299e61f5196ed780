"""What real mail servers write when mail cannot be delivered: Postfix, Exim and OpenSMTPD.

Each gets the same mails from us and hands them on to a server that refuses some; the bounces come
back to our return path.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator

import pytest

from sendout.core.bounces.reading import Reading, Recipient, read
from sendout.core.bounces.verdicts import Cause
from tests.rigs.postfix import Postfix
from tests.rigs.refusing import Refusing
from tests.rigs.unpacked import Unpacked

PATH = "alice@example.test"  # where the bounces come back to
REPLIES = {
    "gone@far.test": "550 5.1.1 <gone@far.test>: Recipient address rejected: User unknown",
    "zoë@far.test": "550 5.1.1 User unknown",
    "full@far.test": "552 5.2.2 Mailbox full",
    "rules@far.test": "DATA 554 5.7.1 Message refused by local policy",
    "spam@far.test": "DATA 550 5.7.1 Message looks like spam",
    "blocked@far.test": "550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "later@far.test": "451 4.3.0 Try again later",
}
EXPECTED = {
    "gone@far.test": ("failed", True, Cause.ADDRESS, "5.1.1"),
    "full@far.test": ("failed", False, Cause.MAILBOX_FULL, "5.2.2"),
    "rules@far.test": ("failed", True, Cause.POLICY, "5.7.1"),
    "spam@far.test": ("failed", True, Cause.CONTENT, "5.7.1"),
    "blocked@far.test": ("failed", True, Cause.BLOCKED, "5.7.1"),
    "later@far.test": ("delayed", False, Cause.NETWORK, "4.3.0"),
}
RELAYS = """\
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
relayhost = [127.0.0.1]:{port}
default_transport = smtp
relay_transport = smtp
smtp_dns_support_level = disabled
smtp_host_lookup = native
delay_warning_time = 1s
queue_run_delay = 1s
minimal_backoff_time = 1s
smtputf8_enable = yes
"""
Fetch = Callable[[], list[bytes]]


@pytest.fixture(scope="module")
def far() -> Iterator[Refusing]:
    """Run the server that refuses."""
    with Refusing(REPLIES) as server:
        yield server


@pytest.fixture(scope="module")
def postfix(far: Refusing) -> Iterator[Postfix]:
    """Run a Postfix that relays to the server that refuses."""
    with Postfix(more=RELAYS.format(port=far.port)) as server:
        yield server


def submit(port: int, to: str, *options: str) -> None:
    """Send one mail to one address."""
    utf8 = [] if to.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]
    text = f"From: club@club.test\r\nTo: {to}\r\nMessage-ID: <{to}>\r\nSubject: Hi\r\n\r\nHello\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(PATH, [to], text.encode(), mail_options=utf8, rcpt_options=list(options))


def reported(fetch: Fetch, address: str) -> tuple[Reading, Recipient]:
    """Wait for the mail that reports on an address."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        for reading in map(read, fetch()):
            for each in reading.reports:
                if each.address == address:
                    return reading, each
        time.sleep(0.1)
    raise TimeoutError(f"nothing came back about {address}: {fetch()}")


def holds_for_each(port: int, fetch: Fetch) -> None:
    """State what is true of the bounces of each server."""
    for address in EXPECTED:
        submit(port, address)
    for address, expected in EXPECTED.items():
        reading, found = reported(fetch, address)
        assert reading.kind == "bounce"
        assert (found.action, found.hard, found.cause, found.code) == expected
        assert reading.original.message_id == f"<{address}>"
        assert reading.original.recipient == address
        reply = REPLIES[address].removeprefix("DATA ")
        assert reply.split(" ", 2)[2] in found.text


@pytest.mark.parametrize("name", ["exim", "opensmtpd"])
def test_bounces_of_other_servers_are_understood(name: str, far: Refusing) -> None:
    far.taken.clear()
    with Unpacked(name, far.port) as server:
        holds_for_each(server.port, lambda: far.mails(PATH))


@pytest.mark.postfix
def test_bounces_of_postfix_are_understood(postfix: Postfix) -> None:
    holds_for_each(postfix.port, lambda: came_back(postfix))


@pytest.mark.postfix
def test_a_bounce_of_an_address_with_an_accent_is_understood(postfix: Postfix) -> None:
    submit(postfix.port, "zoë@far.test")
    reading, found = reported(lambda: came_back(postfix), "zoë@far.test")
    assert (found.action, found.hard, found.cause) == ("failed", True, Cause.ADDRESS)
    assert reading.original.recipient == "zoë@far.test"
    kinds = [raw for raw in came_back(postfix) if b"message/global-delivery-status" in raw]
    assert kinds


@pytest.mark.postfix
@pytest.mark.parametrize(
    ("to", "action"), [("bob@example.test", "delivered"), ("friend@far.test", "relayed")]
)
def test_a_receipt_is_no_bounce(postfix: Postfix, to: str, action: str) -> None:
    submit(postfix.port, to, "NOTIFY=SUCCESS")
    reading, found = reported(lambda: came_back(postfix), to)
    assert (reading.kind, found.action, found.hard) == ("delivered", action, False)


def came_back(server: Postfix) -> list[bytes]:
    """Give the bounces in the mailbox of our return path."""
    return server.raw(PATH) if server.counts().get(PATH) else []
