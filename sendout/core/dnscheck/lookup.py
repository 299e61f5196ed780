"""Questions to the DNS, with an end to waiting."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Protocol

from dns.exception import DNSException
from dns.nameserver import Do53Nameserver
from dns.rdatatype import TXT
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

# RFC 6761, RFC 2606, RFC 9476: names about which no server on the internet knows anything.
NOWHERE = ("alt", "example", "internal", "invalid", "local", "localhost", "onion", "test")
EXAMPLES = ("example.com", "example.net", "example.org")


class Unanswered(Exception):
    """No server answered in time, or none could."""


class Dns(Protocol):
    """Whoever answers questions; tests bring their own."""

    def ask(self, name: str, kind: str) -> list[str]:
        """Give the records of this kind as text, none when there are none. Raises Unanswered."""
        ...


class SystemDns:
    """The servers given as `address` or `address:port`, or else those of this machine.

    seconds: how long one question may take, all servers and repetitions together. in_all: how
    long all questions together may, from now on.
    """

    def __init__(
        self, servers: Sequence[str] = (), seconds: float = 2.0, in_all: float = 5.0
    ) -> None:
        self._seconds = seconds
        self._end = monotonic() + in_all
        self._servers = [_server(each) for each in servers]

    def ask(self, name: str, kind: str) -> list[str]:
        """Give the records of this kind as text, none when there are none. Raises Unanswered."""
        patience = min(self._seconds, self._end - monotonic())
        if patience <= 0:
            raise Unanswered("the DNS was too slow")
        try:
            resolver = Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = self._servers
            found = resolver.resolve(name, kind, lifetime=patience, search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError, UnicodeError) as error:
            raise Unanswered(f"the DNS gave no answer about {name}") from error
        if found.rdtype == TXT:
            # RFC 7208 3.3, RFC 6376 3.6.2.2: the strings of one record belong together.
            return [b"".join(record.strings).decode("utf-8", "replace") for record in found]
        return [record.to_text() for record in found]


def _server(text: str) -> Do53Nameserver:
    """Read `address`, `address:port` or `[address]:port`."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        return Do53Nameserver(address, int(port.lstrip(":") or 53))
    address, colon, port = text.partition(":")
    if ":" in port:  # an IPv6 address alone
        return Do53Nameserver(text)
    return Do53Nameserver(address, int(port) if colon else 53)


def is_nowhere(domain: str) -> bool:
    """Tell whether a domain is kept for tests and examples, so that nobody need be asked."""
    labels = domain.lower().rstrip(".").split(".")
    return labels[-1] in NOWHERE or ".".join(labels[-2:]) in EXAMPLES
