"""Codes, addresses and short quotations in what servers write."""

from __future__ import annotations

import re

LONGEST_TEXT = 300  # characters of a server's words that are kept

ADDRESS = re.compile(
    r"""(?<![\w.+/=-])
    ((?:"[^"\s@]{1,64}" | [\w.!#$%&'*+/=?^`{|}~-]{1,120})
    @ (?:[\w-]{1,63}\.){1,8} [\w-]{2,24})""",
    re.X,
)
_BEFORE_ADDRESS = re.compile(r"^(?:.*[=:;](?=[^=:;]+$))?(?:smtp|mailto|rfc822|to|email)[=:;]", re.I)
_ENHANCED = re.compile(r"(?<![\d.-])([245])[.](\d{1,2})[.](\d{1,3})(?![.\w]*\d)(?![\d-])")
_BASIC = re.compile(r"(?<![\d.#:/-])([245][0-5]\d)(?=[\s-]|$)(?!-\d)")
_GENERIC = re.compile(r"[45]\.(?:0\.0|5\.0|0\.\d+|3\.0|7\.0|1\.0|2\.0|4\.0)")


def addresses(text: str) -> list[str]:
    """Give the addresses in a text, each once, in their order."""
    found = (tidy(match[1]) for match in ADDRESS.finditer(text))
    return list(dict.fromkeys(address for address in found if address))


def tidy(address: str) -> str:
    """Strip what is glued to an address: `SMTP=`, quotes, a full stop; "" if no name is left."""
    if address.startswith('"'):  # a quoted local part (RFC 5321 section 4.1.2)
        return address
    bare = _BEFORE_ADDRESS.sub("", address.strip(" \t<>()[]{},;:'`*|!?"))
    bare = bare.strip(" \t<>()[]{},;:'`*.")
    return bare if bare.find("@") > 0 else ""


def enhanced_codes(text: str) -> list[str]:
    """Give the enhanced status codes (RFC 3463) in a text; parts of IP addresses are none."""
    return [
        f"{match[1]}.{int(match[2])}.{int(match[3])}"
        for match in _ENHANCED.finditer(text)
        if int(match[2]) <= 7
    ]


def basic_code(text: str) -> str:
    """Give the first reply code (RFC 5321) of a refusal in a text, or ""."""
    return next((match[1] for match in _BASIC.finditer(text) if match[1][0] in "45"), "")


def is_generic(code: str) -> bool:
    """Tell whether an enhanced code says no more than that something failed."""
    return _GENERIC.fullmatch(code) is not None


def shorten(text: str) -> str:
    """Put a server's words on one line, without control characters, cut at a word."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:4_000]).split())
    if len(line) <= LONGEST_TEXT:
        return line
    return line[: LONGEST_TEXT - 1].rpartition(" ")[0] + "…"
