"""The listener says 250 only to what is committed, and 550 to what is not ours."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket
import threading
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import OperationalError, connections

from sendout.accounts.models import Organisation
from sendout.deliveries.links import return_path
from sendout.deliveries.models import Delivery
from sendout.inbound import receive
from sendout.inbound.bounces import digest_waiting
from sendout.inbound.receive import listen
from sendout.returns.models import ReturnedMail
from tests.inbound.coming_back import bounce, complaint, letter
from tests.rigs import free_port
from tests.rigs.certificates import Certificates, make_certificates

pytestmark = pytest.mark.django_db(transaction=True)

FROM = "MAILER-DAEMON@mx.example.test"


@contextlib.contextmanager
def listening(way: str, certificates: Certificates | None = None) -> Iterator[int]:
    """Listen in a thread of its own, and give the port."""
    port, started = free_port(), threading.Event()
    loop = asyncio.new_event_loop()
    tls = certificates.server_context() if certificates else None

    async def serve() -> None:
        server = await listen(way, "127.0.0.1", port, tls)
        started.set()
        await stop.wait()
        server.close()
        await loop.run_in_executor(None, connections.close_all)

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture
def port() -> Iterator[int]:
    with listening("smtp") as port:
        yield port


def verp(row: Delivery) -> str:
    return return_path("bounces@club.test", row.pk)


def send(port: int, to: str | list[str], raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("", to, raw)


def test_a_bounce_is_received_and_becomes_a_fact(port: int, ann: Delivery) -> None:
    send(port, verp(ann), bounce(verp(ann), "ann@example.test"))
    mail = ReturnedMail.objects.get()
    assert (mail.way, mail.envelope_to) == ("smtp", verp(ann))
    digest_waiting()
    ann.refresh_from_db()
    assert ann.status == "bounced"


def test_a_complaint_comes_to_the_address_without_a_token(
    port: int, ann: Delivery, club: Organisation
) -> None:
    send(port, "Bounces@Club.test", complaint("x", f"Return-Path: <{verp(ann)}>"))
    assert ReturnedMail.objects.get().organisation == club
    digest_waiting()
    ann.refresh_from_db()
    assert ann.status == "complained"


def test_an_address_that_two_organisations_share_shows_nothing_to_either(
    port: int, ann: Delivery, theirs: Delivery
) -> None:
    send(port, "bounces@club.test", letter("bounces@club.test"))
    assert ReturnedMail.objects.get().organisation is None


@pytest.mark.parametrize(
    "address",
    ["office@club.test", "bounces+0262c13ad9c34a2b1d58a2f5cc@club.test", "bounces@other.test",
     "postmaster", "+@club.test", "'; DROP TABLE x; --@club.test", "ü@club.test"],
)  # fmt: skip
def test_nobody_else_is_written_to_here(port: int, ann: Delivery, address: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.ehlo()
        smtp.mail("", ["SMTPUTF8"])
        smtp.command_encoding = "utf-8"
        code, _ = smtp.rcpt(address)
    assert 500 <= code < 600
    assert not ReturnedMail.objects.exists()


def test_while_the_database_is_away_mail_is_put_off(port: int, ann: Delivery) -> None:
    with patch.object(receive, "whose", side_effect=OperationalError):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(port, verp(ann), letter("x"))
        assert refused.value.recipients[verp(ann)][0] == 451
    with patch.object(receive, "keep", side_effect=OperationalError):
        with pytest.raises(smtplib.SMTPDataError) as data:
            send(port, verp(ann), letter("x"))
        assert data.value.smtp_code == 451
    assert not ReturnedMail.objects.exists()
    send(port, verp(ann), letter("x"))
    assert ReturnedMail.objects.count() == 1


def test_a_mail_that_is_too_large_is_refused_and_one_with_long_lines_is_not(
    port: int, ann: Delivery
) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as no:
        send(port, verp(ann), b"x" * 100 + b"\r\n" + b"y" * receive.LINE_BYTES * 200)
    assert no.value.smtp_code in (500, 552)
    send(port, verp(ann), letter("x", more=f"X-Long: {'x' * 30_000}\n"))
    assert ReturnedMail.objects.count() == 1


def test_too_many_connections_are_turned_away_and_come_in_later(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(receive.CONNECTIONS):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            assert one.recv(3) == b"220"
        late = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        assert late.recv(200) == receive.BUSY
        assert late.recv(1) == b""
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", port), 10) as again:
            if again.recv(3) == b"220":
                return
    pytest.fail("nobody comes in again")


def test_too_many_recipients_are_put_off(port: int, ann: Delivery) -> None:
    smtp = smtplib.SMTP("127.0.0.1", port, timeout=10)
    with patch.object(receive, "RECIPIENTS", 1), smtp:
        refused = smtp.sendmail("", [verp(ann), "bounces@club.test"], letter("x"))
    assert [code for code, _ in refused.values()] == [452]
    assert ReturnedMail.objects.count() == 1


def test_lmtp_answers_once_for_each_recipient(ann: Delivery) -> None:
    with listening("lmtp") as port, socket.create_connection(("127.0.0.1", port), 10) as line:
        said = line.makefile("rb")

        def ask(command: bytes) -> bytes:
            line.sendall(command + b"\r\n")
            answer = said.readline()
            while answer[3:4] == b"-":
                answer = said.readline()
            return answer[:3]

        said.readline()
        assert ask(b"LHLO x") == b"250"
        assert ask(b"MAIL FROM:<>") == b"250"
        assert ask(f"RCPT TO:<{verp(ann)}>".encode()) == b"250"
        assert ask(b"RCPT TO:<nobody@club.test>") == b"550"
        assert ask(b"RCPT TO:<\xff@club.test>") == b"550"
        assert ask(b"RCPT TO:<bounces@club.test>") == b"250"
        assert ask(b"DATA") == b"354"
        assert ask(letter("x") + b"\r\n.") == b"250"
        assert said.readline()[:3] == b"250"
        assert ask(b"NOOP") == b"250"
    assert set(ReturnedMail.objects.values_list("way", flat=True)) == {"lmtp"}
    assert ReturnedMail.objects.count() == 2


def test_the_line_can_be_encrypted(ann: Delivery, tmp_path_factory: pytest.TempPathFactory) -> None:
    certificates = make_certificates(tmp_path_factory.mktemp("tls"))
    with (
        listening("smtp", certificates) as port,
        smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp,
    ):
        smtp.starttls()
        smtp.sendmail("", verp(ann), letter("x"))
    assert ReturnedMail.objects.count() == 1
