"""What was to be filled in and was not: blanks in square brackets, and links to an example."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

# `[day]`, `[Two or three sentences: what is new.]`; a footnote `[1]` and a box `[ ]` are none.
_BLANK = re.compile(r"\[[^\W\d_][^\[\]\n]{0,79}\]")
_EXAMPLES = ("example.org", "example.com", "example.net")  # RFC 2606, section 3


def blanks(texts: Iterable[str]) -> list[str]:
    """Give the blanks in these texts, each once, with their brackets, in reading order."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _BLANK.finditer(text):
            found.setdefault(match.group().casefold(), match.group())
    return list(found.values())


def example_links(addresses: Iterable[str]) -> list[str]:
    """Give the addresses that lead to a domain which exists to be written in examples."""
    return [each for each in dict.fromkeys(addresses) if _is_example(each)]


def _is_example(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return False
    return host.removeprefix("www.") in _EXAMPLES
