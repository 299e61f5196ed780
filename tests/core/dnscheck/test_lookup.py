"""Questions to a real DNS server on loopback: found, not there, silent, failing."""

from __future__ import annotations

import pytest

from sendout.core.dnscheck.lookup import SystemDns, Unanswered, is_nowhere
from tests.rigs.name_server import NameServer

ZONE = {
    ("club.ca", "TXT"): ['"v=spf1 include:a.ca" " ~all"', '"other; words"'],
    ("club.ca", "MX"): ["10 mx.club.ca."],
    ("long.ca", "TXT"): [" ".join(f'"{letter * 200}"' for letter in "abc")],
}


def test_the_pieces_of_a_text_are_put_together() -> None:
    with NameServer(ZONE) as server:
        dns = SystemDns([server.address])
        assert set(dns.ask("club.ca", "TXT")) == {"v=spf1 include:a.ca ~all", "other; words"}
        assert dns.ask("long.ca", "TXT") == ["a" * 200 + "b" * 200 + "c" * 200]
        assert dns.ask("club.ca", "MX") == ["10 mx.club.ca."]


def test_what_is_not_there_is_an_empty_answer() -> None:
    with NameServer(ZONE) as server:
        dns = SystemDns([server.address])
        assert dns.ask("club.ca", "A") == []
        assert dns.ask("nobody.ca", "MX") == []


def test_silence_and_failure_are_not_taken_for_an_answer() -> None:
    with NameServer(ZONE, silent=["silent.ca"], failing=["failing.ca"]) as server:
        dns = SystemDns([server.address], seconds=0.3)
        for name in ("silent.ca", "failing.ca"):
            with pytest.raises(Unanswered):
                dns.ask(name, "TXT")


@pytest.mark.parametrize(
    "name", ["x" * 64 + ".ca", "a..ca", ".".join(["label"] * 60), "é\ud800.ca"]
)
def test_a_name_that_cannot_be_is_unanswered(name: str) -> None:
    with NameServer(ZONE) as server, pytest.raises(Unanswered):
        SystemDns([server.address]).ask(name, "MX")


def test_a_server_that_is_not_there_is_unanswered() -> None:
    with NameServer(ZONE) as server:
        address = server.address
    with pytest.raises(Unanswered):
        SystemDns([address], seconds=0.3).ask("club.ca", "MX")


@pytest.mark.parametrize(
    ("domain", "nowhere"),
    [
        ("sandbox.test", True),
        ("aquaclub.example", True),
        ("mail.example.org", True),
        ("localhost", True),
        ("club.ca", False),
        ("example.ca", False),
        ("myexample.org", False),
    ],
)
def test_names_kept_for_tests_are_known(domain: str, nowhere: bool) -> None:
    assert is_nowhere(domain) is nowhere
