"""SPF (RFC 7208): which servers may send in a domain's name."""

from __future__ import annotations

import re

from sendout.core.dnscheck.finding import Finding, Mark
from sendout.core.dnscheck.lookup import Dns

NAME = "SPF"
MOST_LOOKUPS = 10  # RFC 7208 4.6.4: beyond, every receiver gives up
_ASKING = re.compile(r"[+?~-]?(include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.IGNORECASE)
_FURTHER = re.compile(r"(?:[+?~-]?include:|redirect=)(\S+)", re.IGNORECASE)
_ALL = re.compile(r"([+?~-]?)all", re.IGNORECASE)


def check(dns: Dns, domain: str) -> Finding:
    """Say whether the record is there and sound; from where mail leaves is not known here.

    Raises Unanswered.
    """
    found = _records(dns, domain)
    if not found:
        return Finding(
            NAME,
            Mark.BAD,
            f"{domain} has no SPF record, so receivers cannot tell who may send in its name. Your "
            "mail provider says what to enter.",
        )
    if len(found) > 1:
        return Finding(
            NAME,
            Mark.BAD,
            f"{domain} has {len(found)} SPF records, and receivers count that as an error: put "
            "them together into one.",
            "\n".join(found),
        )
    return _judge(dns, domain, found[0])


def _judge(dns: Dns, domain: str, record: str) -> Finding:
    ends = [match[1] for word in record.split() if (match := _ALL.fullmatch(word))]
    lookups = count_lookups(dns, domain, record)
    if lookups > MOST_LOOKUPS:
        words = (
            f"The SPF record of {domain} needs more than {MOST_LOOKUPS} lookups, and receivers "
            "count that as an error: take services out that you no longer use."
        )
        return Finding(NAME, Mark.BAD, words, record)
    if "+" in ends or "" in ends:
        words = f"The SPF record of {domain} lets everybody send in its name: end it with ~all."
        return Finding(NAME, Mark.BAD, words, record)
    if "?" in ends or not (ends or "redirect=" in record.lower()):
        words = f"The SPF record of {domain} does not say that others may not: end it with ~all."
        return Finding(NAME, Mark.WARN, words, record)
    words = f"{domain} says which servers may send in its name. See that yours is among them."
    return Finding(NAME, Mark.GOOD, words, record)


def count_lookups(dns: Dns, domain: str, record: str) -> int:
    """Count the questions that a receiver must ask, those of included records too.

    Stops counting when there are too many. Raises Unanswered.
    """
    count, waiting, seen = 0, [record], {domain.lower()}
    while waiting and count <= MOST_LOOKUPS:
        record = waiting.pop()
        count += sum(1 for word in record.split() if _ASKING.match(word))
        for word in record.split():
            further = _FURTHER.fullmatch(word)
            name = further[1].lower() if further else ""
            if name and "%" not in name and name not in seen:
                seen.add(name)
                waiting += _records(dns, name)[:1]
    return count


def _records(dns: Dns, domain: str) -> list[str]:
    texts = dns.ask(domain, "TXT")
    return [text for text in texts if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
