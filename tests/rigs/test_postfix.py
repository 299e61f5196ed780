"""The private Postfix starts whatever it is told, and whoever else takes ports."""

from __future__ import annotations

import smtplib
import socket

import pytest

from tests.rigs import free_port
from tests.rigs import postfix as rig
from tests.rigs.postfix import Postfix
from tests.rigs.postfix_settings import settings

pytestmark = pytest.mark.postfix

# Four that the rig sets otherwise: with as many warnings from each program its logger stood still.
AGAIN = """\
mynetworks = 127.0.0.0/8
default_transport = smtp
relay_transport = smtp
smtpd_relay_restrictions = permit_mynetworks,
  reject_unauth_destination
"""


def test_settings_given_twice_are_written_once() -> None:
    written = settings("a = 1\nb = 2\n", "b = 3\nc = {\n  d }\n", "a = 4,\n  5\n")
    assert written == "a = 4,\n  5\nb = 3\nc = {\n  d }\n"


def test_it_starts_without_a_warning_whatever_is_set_again() -> None:
    with Postfix(more=AGAIN) as server:
        with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
            client.sendmail("club@club.test", ["alice@example.test"], b"Subject: Hi\r\n\r\nx\r\n")
        server.wait_for(1)
        assert "warning" not in server.log()


def test_it_takes_another_port_where_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter((taken.getsockname()[1], free_port()))
        monkeypatch.setattr(rig, "free_port", lambda: next(ports, None) or free_port())
        with Postfix() as server:
            assert server.port != taken.getsockname()[1]
            assert server.log().count("Address already in use") >= 1
