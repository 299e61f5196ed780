"""Header fields (RFC 5322, RFC 2047) from what people typed. No value can begin another field."""

from __future__ import annotations

import re
from binascii import b2a_base64
from urllib.parse import quote

from sendout.core.addresses import BadAddress, wire_address
from sendout.core.message.template import escape_header

_LINE = 78  # RFC 5322 2.1.1: what a line should not exceed
_LONGEST_WORD = 900  # RFC 5322 2.1.1: what a line must not exceed is 998
_CODED_LINE = 76  # RFC 2047 section 2: a line that holds an encoded word
_OVERHEAD = len("=?utf-8?b??=")
_ROOM_OF_A_LINE = (_CODED_LINE - 1 - _OVERHEAD) // 4 * 3  # bytes, behind a blank

# What most mailboxes look like: one test for name and address together.
_USUAL = re.compile(r"(?:[A-Za-z0-9]+ )+<[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+>").fullmatch
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]{1,60}").fullmatch
_ADDR_SPEC = re.compile(
    r"[^\s\x00-\x20\x7f-\x9f<>()\[\],;:\\\"@]+@[^\s\x00-\x20\x7f-\x9f<>()\[\],;:\\\"@]+"
)
_NAME = re.compile(r"[!-9;-~]+")  # RFC 5322 2.2: printable, without the colon
_PLAIN_PARAMETER = 60  # characters
_PIECES = re.compile(r"(?:%[0-9A-F]{2}|[^%]){1,20}")  # no octet is cut, and no line too long
_SAFE = re.compile(r"[!-;=?-~]+")  # printable ASCII without space, < and >


def unstructured(name: str, text: str) -> str:
    """Write a field like Subject, folded, without its line end.

    Control characters become spaces, and runs of spaces one. Raises ValueError for a bad name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a header name")
    text = _one_line(text)
    if not _is_plain(text):
        return f"{name}: " + _encoded_words(text, len(name) + 2)
    line = f"{name}: {text}"
    return line if len(line) <= _LINE else _fold(line, len(name) + 2)


def mailbox(name: str, display: str, address: str) -> str:
    """Write a field like To, with one address and the name of its owner, or none.

    Raises BadAddress when the address could not stand there alone.
    """
    usual = f"{name}: {display} <{address}>"
    if len(usual) <= _LINE and _USUAL(usual, len(name) + 2):
        return usual
    if not _ADDR_SPEC.fullmatch(address):
        raise BadAddress(f"{address[:60]!r} cannot stand in a {name} header")
    address = address if address.isascii() else wire_address(address)
    display = _one_line(display)
    if not display:
        return f"{name}: {address}"
    line = f"{name}: {_phrase(display, len(name) + 2)}"
    room = _LINE - (len(line) - line.rfind("\n") - 1) - len(address) - 3
    return f"{line} <{address}>" if room >= 0 else f"{line}\r\n <{address}>"


def parameter(name: str, value: str) -> str:
    """Write a parameter of a field like Content-Disposition, to stand behind what comes before.

    Plain values are quoted, all others written as RFC 2231 section 4 says, in several pieces
    (section 3) where they are long. Each stands on a line of its own.
    """
    value = _one_line(value)
    if value.isascii() and len(value) <= _PLAIN_PARAMETER:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {name}="{quoted}"'
    pieces = _PIECES.findall(quote(value.encode("utf-8", "replace"), safe=""))
    if len(pieces) == 1:
        return f";\r\n {name}*=utf-8''{pieces[0]}"
    begins = ["utf-8''", *[""] * (len(pieces) - 1)]
    numbered = enumerate(zip(begins, pieces, strict=True))
    return "".join(f";\r\n {name}*{n}*={begin}{piece}" for n, (begin, piece) in numbered)


def bare(thing: str, text: str) -> str:
    """Return a text that is to stand between < and >; ValueError when it could not."""
    if not _SAFE.fullmatch(text):
        raise ValueError(f"{text[:60]!r} cannot be a {thing}")
    return text


def _one_line(text: str) -> str:
    text = escape_header(text)
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        return re.sub(" +", " ", text).strip(" ")
    return text


def _is_plain(text: str) -> bool:
    if not text.isascii() or "=?" in text:
        return False
    return len(text) <= _LONGEST_WORD or max(map(len, text.split(" "))) <= _LONGEST_WORD


def _phrase(display: str, column: int) -> str:
    if display.isascii() and "=?" not in display:
        if _ATOMS(display):
            return display
        if len(display) <= 60:
            return '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded_words(display, column)


def _encoded_words(text: str, column: int) -> str:
    """RFC 2047 section 5; each word holds whole characters, as it asks."""
    data = text.encode("utf-8", "replace")
    room = (_CODED_LINE - column - _OVERHEAD) // 4 * 3
    if len(data) <= room:
        return _word(data)
    words = []
    while data:
        cut = min(room, len(data))
        while cut < len(data) and data[cut] & 0xC0 == 0x80:
            cut -= 1
        words.append(_word(data[:cut]))
        data, room = data[cut:], _ROOM_OF_A_LINE
    return "\r\n ".join(words)


def _word(data: bytes) -> str:
    return f"=?utf-8?b?{b2a_base64(data, newline=False).decode('ascii')}?="


def _fold(line: str, begin: int) -> str:
    """Break a line at its spaces (RFC 5322 2.2.3); begin: where the text begins."""
    lines = []
    while len(line) > _LINE:
        cut = line.rfind(" ", begin, _LINE + 1)
        cut = cut if cut > 0 else line.find(" ", max(begin, _LINE))
        if cut < 0:
            break
        lines.append(line[:cut])
        line, begin = line[cut:], 1
    return "\r\n".join([*lines, line])
