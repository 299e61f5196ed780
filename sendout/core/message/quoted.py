"""Quoted-printable (RFC 2045 section 6.7) in pieces that can be joined in any order.

Each piece begins a line of its own and ends one, with a hard or a soft line break. So constants
are encoded once, values alone, and neither shifts the other. No line is longer than 76
characters, and none begins with `.` or `From `: there is nothing for SMTP to stuff (RFC 5321
section 4.5.2), nor for a mailbox file to mangle.
"""

from __future__ import annotations

import re
from binascii import b2a_qp

SOFT = "=\r\n"
_WIDTH = 75  # and the `=` of a soft line break makes 76
_LINE_END = re.compile(r"\r\n|\r|\n")
_PLAIN_VALUE = re.compile(r"(?!\.|From )[ -<>-~]{1,75}").fullmatch

_CODES = [f"={byte:02X}" for byte in range(256)]
for _byte in (*range(0x20, 0x7F), 0x09):
    if _byte != 0x3D:
        _CODES[_byte] = chr(_byte)


def encode(text: str) -> str:
    """Encode a whole text; any of CRLF, CR and LF is a line end."""
    return "\r\n".join([_encode_line(_keep_blank(line)) for line in _codes(text)])


def encode_constant(text: str) -> str:
    """Encode a text that a value follows."""
    *lines, last = _codes(text)
    coded = [_encode_line(_keep_blank(line)) for line in lines]
    coded.append(_encode_line(last) + SOFT if last else "")
    return "\r\n".join(coded)


def encode_value(value: str) -> str:
    """Encode a value that stands between constants. The usual ones cost a third of a µs."""
    if _PLAIN_VALUE(value):
        return value + SOFT
    if not value:
        return ""
    coded = b2a_qp(value.encode("utf-8", "replace"))
    if len(coded) > _WIDTH - 2 or b"\n" in coded or b"\r" in coded:
        return encode_constant(value)
    return _guard(coded.decode("ascii")) + SOFT


def _codes(text: str) -> list[str]:
    return [
        "".join([_CODES[byte] for byte in line.encode("utf-8", "replace")])
        for line in _LINE_END.split(text)
    ]


def _keep_blank(coded: str) -> str:
    """Code a blank at the end of a line, which transport may strip (rule 3)."""
    return coded[:-1] + f"={ord(coded[-1]):02X}" if coded.endswith((" ", "\t")) else coded


def _encode_line(coded: str) -> str:
    """Break a coded line where it is too long, never inside a code."""
    lines = []
    coded = _guard(coded)
    while len(coded) > _WIDTH:
        cut = coded.rfind("=", _WIDTH - 2, _WIDTH)
        cut = cut if cut > 0 else _WIDTH
        lines.append(coded[:cut])
        coded = _guard(coded[cut:])
    return SOFT.join([*lines, coded])


def _guard(line: str) -> str:
    if line.startswith("."):
        return "=2E" + line[1:]
    return "=46" + line[1:] if line.startswith("From ") else line
