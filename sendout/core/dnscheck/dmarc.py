"""DMARC (RFC 7489): what a domain asks receivers to do with mail that fails SPF and DKIM."""

from __future__ import annotations

import re

from sendout.core.dnscheck.dkim import tags
from sendout.core.dnscheck.finding import Finding, Mark
from sendout.core.dnscheck.lookup import Dns

NAME = "DMARC"
SUGGESTED = "v=DMARC1; p=none"
POLICIES = {
    "none": "asks receivers only to watch",
    "quarantine": "asks receivers to put what fails into spam",
    "reject": "asks receivers to refuse what fails",
}


def check(dns: Dns, domain: str) -> Finding:
    """Say what the policy is, that of the nearest domain above where it has none itself.

    Raises Unanswered.
    """
    for name in walk(domain):
        texts = dns.ask(f"_dmarc.{name}", "TXT")
        found = [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(found) > 1:
            words = f"_dmarc.{name} has {len(found)} DMARC records, so none counts: keep one."
            return Finding(NAME, Mark.BAD, words, "\n".join(found))
        if found:
            return _judge(name, domain, found[0])
    words = (
        f"{domain} has no DMARC record. Gmail, Yahoo and Outlook want one from who writes to many: "
        f"enter this as TXT record at _dmarc.{domain}."
    )
    return Finding(NAME, Mark.BAD, words, SUGGESTED)


def walk(domain: str) -> list[str]:
    """Give the domain and those above it, but not the last.

    RFC 7489 6.6.3 asks one domain above, found by a list of public suffixes; walking there finds
    the same record without a list that goes out of date.
    """
    labels = domain.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels) - 1)]
    return [domain, *above[-7:]]


def _judge(name: str, domain: str, record: str) -> Finding:
    said = tags(record)
    policy = said.get("p", "").lower()
    if name != domain:
        policy = said.get("sp", policy).lower()
    if policy not in POLICIES:
        words = f"The DMARC record of {name} does not say what to do: it needs p=none or stricter."
        return Finding(NAME, Mark.WARN, words, record)
    return Finding(NAME, Mark.GOOD, f"{name} {POLICIES[policy]}.", record)
