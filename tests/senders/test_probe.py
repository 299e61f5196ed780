"""A test message is handed over while somebody waits, and a failure is said in plain words."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sendout.accounts.models import Organisation
from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Envelope
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.probe import deliver_now, explain
from sendout.senders.ways import put_settings

MAIL = b"Subject: a test\r\n\r\nHello\r\n"
PASSWORD = "hush-hush-1"


class Server:
    """A mail server that knows anna, and says no to the rest in the words of real ones."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, _: Any) -> str:  # noqa: N802
        if to.endswith("@elsewhere.example.org"):
            return "554 5.7.1 <x@elsewhere.example.org>: Relay access denied"
        if not to.startswith("anna@"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return "250 2.0.0 Ok: queued as 4bX9"


@pytest.fixture
def port() -> Iterator[int]:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    controller = Controller(
        Server(), hostname="127.0.0.1", port=number, authenticator=check, auth_require_tls=False
    )
    controller.start()
    yield number
    controller.stop()


@pytest.fixture
def smtp(club: Organisation, port: int) -> Sender:
    sender = Sender(
        organisation=club, name="Post", channel="email", kind="smtp", from_address="a@example.org"
    )
    put_settings(sender, {"host": "127.0.0.1", "port": port})
    sender.save()
    return sender


def send(sender: Sender, *to: str, longest: float = 30) -> list[Outcome]:
    envelopes = [Envelope(0, "office@example.org", each, MAIL) for each in to]
    return deliver_now(sender, envelopes, longest)


def test_each_message_gets_its_own_outcome_in_order(smtp: Sender) -> None:
    good, bad, again = send(smtp, "anna@example.org", "ghost@example.org", "anna@example.org")
    assert isinstance(good, Accepted)
    assert isinstance(again, Accepted)
    assert isinstance(bad, Refused)
    assert bad.blame is Blame.ADDRESS
    assert "on its way" in explain(good, smtp)
    assert explain(bad, smtp).startswith("There is no such mailbox.")
    assert "the sender itself works" in explain(bad, smtp)


def test_a_server_that_does_not_relay_is_explained(smtp: Sender) -> None:
    [outcome] = send(smtp, "x@elsewhere.example.org")
    said = explain(outcome, smtp)
    assert "does not send to other organisations for us" in said
    assert "Enter a user name and password" in said


def test_a_wrong_password_is_explained_without_showing_it(smtp: Sender) -> None:
    put_settings(smtp, {**smtp.config, "username": "office", "password": "wrong-pa55"})
    [outcome] = send(smtp, "anna@example.org")
    said = explain(outcome, smtp)
    assert "Check user name and password" in said
    assert "wrong-pa55" not in said + repr(outcome)


def test_the_right_password_is_used(smtp: Sender) -> None:
    put_settings(smtp, {**smtp.config, "username": "office", "password": PASSWORD})
    assert PASSWORD not in smtp.secrets + str(smtp.config)
    [outcome] = send(smtp, "anna@example.org")
    assert isinstance(outcome, Accepted)


def test_a_closed_port_is_explained(smtp: Sender) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        put_settings(smtp, {"host": "127.0.0.1", "port": unused.getsockname()[1]})
        [outcome] = send(smtp, "anna@example.org")
    assert "Check host and port" in explain(outcome, smtp)


def test_a_name_that_does_not_exist_is_explained(smtp: Sender) -> None:
    put_settings(smtp, {"host": "no-such-host.invalid"})
    [outcome] = send(smtp, "anna@example.org")
    assert "Check the spelling of the host" in explain(outcome, smtp)


def test_a_server_that_cannot_encrypt_is_explained(smtp: Sender) -> None:
    put_settings(smtp, {**smtp.config, "tls": "starttls"})
    [outcome] = send(smtp, "anna@example.org")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.blame) == ("tls", Blame.SENDER)
    assert "the kind of encryption" in explain(outcome, smtp)


def test_a_server_that_says_nothing_does_not_hold_the_page_up(smtp: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        put_settings(smtp, {"host": "127.0.0.1", "port": silent.getsockname()[1]})
        start = time.monotonic()
        [outcome] = send(smtp, "anna@example.org", longest=0.5)
        assert time.monotonic() - start < 3
    assert isinstance(outcome, Refused)
    assert "did not answer" in explain(outcome, smtp)


def test_settings_that_do_not_fit_are_an_outcome(smtp: Sender) -> None:
    smtp.config = {"host": "127.0.0.1", "port": "many"}
    [outcome] = send(smtp, "anna@example.org")
    assert "Port must be a whole number" in explain(outcome, smtp)


def test_credentials_that_cannot_be_read_are_an_outcome(smtp: Sender) -> None:
    smtp.secrets = "gAAAAABmadeup"
    [outcome] = send(smtp, "anna@example.org")
    assert "enter the credentials again" in explain(outcome, smtp)


def test_the_sandbox_keeps_what_it_accepted_for_the_outbox(email_sender: Sender) -> None:
    outcomes = send(email_sender, "deliver@sandbox.test", "refuse@sandbox.test")
    assert [type(each) for each in outcomes] == [Accepted, Refused]
    assert "on the Outbox page, and goes nowhere else" in explain(outcomes[0], email_sender)
    [copy] = OutboxCopy.objects.all()
    assert (copy.recipient, copy.mail_from) == ("deliver@sandbox.test", "office@example.org")
    assert (bytes(copy.content), copy.delivery, copy.channel) == (MAIL, None, "email")


def test_a_broken_connection_is_not_called_a_failure(email_sender: Sender) -> None:
    [outcome] = send(email_sender, "unsure@sandbox.test")
    assert isinstance(outcome, Unsure)
    assert "do not know whether it arrived" in explain(outcome, email_sender)
