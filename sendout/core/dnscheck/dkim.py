"""DKIM (RFC 6376): whether the key is published with which emails are signed."""

from __future__ import annotations

from collections.abc import Iterable

from sendout.core.dnscheck.finding import Finding, Mark
from sendout.core.dnscheck.lookup import Dns

NAME = "DKIM"
# Under which names services publish the keys of their customers.
USUAL = ("default", "google", "selector1", "selector2", "k1", "s1", "mail", "dkim")


def tags(record: str) -> dict[str, str]:
    """Read a list of tags (RFC 6376 3.2), spaces within values left out."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): "".join(value.split()) for name, found, value in pairs if found}


def check_own(dns: Dns, name: str, wanted: str) -> Finding:
    """Compare what is published under this name with the record that belongs there.

    Raises Unanswered.
    """
    found = dns.ask(name, "TXT")
    keys = {tags(record).get("p") for record in found}
    if tags(wanted)["p"] in keys:
        return Finding(NAME, Mark.GOOD, f"Sendout signs, and the key stands at {name}.")
    if "" in keys:
        words = f"The key at {name} was withdrawn: enter this instead."
    elif found:
        words = f"Another key than Sendout's stands at {name}: enter this instead."
    else:
        words = f"Sendout signs, but nobody can check it: enter this as TXT record at {name}."
    return Finding(NAME, Mark.BAD, words, wanted)


def check_usual(dns: Dns, domain: str, selectors: Iterable[str] = USUAL) -> Finding:
    """Look where services publish keys, for mail that is signed on its way out.

    Raises Unanswered.
    """
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        if any(tags(record).get("p") for record in dns.ask(name, "TXT")):
            words = (
                f"There is a key at {name}; whether your provider signs with it is to be seen in "
                "the headers of a mail that arrived."
            )
            return Finding(NAME, Mark.GOOD, words)
    words = (
        f"No key of {domain} was found at the usual names. Ask your provider whether your emails "
        "are signed with it, or have Sendout sign them."
    )
    return Finding(NAME, Mark.UNKNOWN, words)
