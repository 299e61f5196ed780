"""Whether a domain gets mail at all (RFC 5321 section 5.1, RFC 7505)."""

from __future__ import annotations

from sendout.core.dnscheck.finding import Finding, Mark
from sendout.core.dnscheck.lookup import Dns

NAME = "Mail server"


def check(dns: Dns, domain: str) -> Finding:
    """Say whether mail for this domain has anywhere to go. Raises Unanswered."""
    servers = dns.ask(domain, "MX")
    if any(each.split() == ["0", "."] for each in servers):
        return Finding(NAME, Mark.BAD, f"{domain} says that it takes no mail at all.")
    if servers:
        return Finding(NAME, Mark.GOOD, f"{domain} has a server that takes mail.")
    if dns.ask(domain, "A") or dns.ask(domain, "AAAA"):
        return Finding(
            NAME, Mark.WARN, f"{domain} names no mail server; its web server may or may not be one."
        )
    return Finding(
        NAME, Mark.BAD, f"{domain} does not exist, or gets no mail: the address must be wrong."
    )
