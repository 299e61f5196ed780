"""Take a stranger's mail apart: its headers, its parts and their text, with bounded work.

Headers are parsed by the standard library under its compat32 policy: the newer `policy.default`
raises IndexError on some malformed headers. Parts are split here: the library's own parser recurses
into each level of nesting and compares each line with every boundary above it, which lets a mail of
one megabyte keep a processor busy for minutes.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32

MOST_BYTES = 400_000  # what a bounce says stands in front; a returned original may follow at length
MOST_HEADER_BYTES = 100_000
MOST_DEPTH = 6
MOST_PARTS = 60

Headers = Mapping[str, str]  # names in small letters; of several with one name the first

_SLOW_CHARSETS = {"punycode", "idna"}  # quadratic, and no mail is written in them
_PARSER = BytesHeaderParser(policy=compat32)
_BOUNDARY = re.compile(r"""\bboundary\*?\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))""", re.I)
_CHARSET = re.compile(r"""\bcharset\*?\s*=\s*["']?([\w.:+-]{1,40})""", re.I)
_END_OF_HEADERS = re.compile(rb"\n\s*?\n|\A\n")
_FIRST_MARK = re.compile(rb"\s{0,80}--([^\s]{1,200})[ \t]*\n")
_TYPE = re.compile(r"\s*([\w!#$&^+.-]+/[\w!#$&^+.-]+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a mail. depth: how many messages it is enclosed in, 0 for the mail's own."""

    type: str
    headers: Headers
    body: bytes
    depth: int = 0

    @property
    def content(self) -> bytes:
        """Give the body without its transfer encoding."""
        return _unpack(self)

    @property
    def text(self) -> str:
        """Give the body as text, whatever its transfer encoding and charset say."""
        charset = _CHARSET.search(self.headers.get("content-type", ""))
        return _decode(self.content, charset[1] if charset else "utf-8")


def header(headers: Headers, name: str) -> str:
    """Give a header on one line, its encoded words (RFC 2047) decoded; "" when it is missing."""
    value = headers.get(name, "")
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return value
    return "".join(
        piece if isinstance(piece, str) else _decode(piece, charset or "utf-8")
        for piece, charset in pieces
    )


def parse_headers(block: bytes) -> Headers:
    """Parse a block of headers, each on one line; whatever follows an empty line is left out."""
    if block.startswith((b"From ", b">From ")):  # the first line of a mail in an mbox file
        block = block.partition(b"\n")[2]
    head = _END_OF_HEADERS.split(block[:MOST_HEADER_BYTES], maxsplit=1)[0]
    found: dict[str, str] = {}
    for name, value in _PARSER.parsebytes(head + b"\n\n").raw_items():
        text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), " ".join(text.split()))
    return found


def split(raw: bytes) -> tuple[Headers, list[Part]]:
    """Give a mail's headers and its leaves in their order, those of enclosed messages included."""
    data = raw[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    headers, body = _open(data)
    leaves: list[Part] = []
    for part in _walk(headers, body, 0, 0):
        leaves.append(part)
        if len(leaves) >= MOST_PARTS:
            break
    return headers, leaves


def _open(data: bytes) -> tuple[Headers, bytes]:
    if data.startswith(b"\n"):
        return parse_headers(b""), data[1:]
    end = _END_OF_HEADERS.search(data)
    head, body = (data[: end.start()], data[end.end() :]) if end else (data, b"")
    return parse_headers(head), body


def _walk(headers: Headers, body: bytes, level: int, depth: int) -> Iterator[Part]:
    kind = _type(headers)
    multipart = kind.startswith("multipart/") and level < MOST_DEPTH
    boundary = _boundary(headers, body) if multipart else b""
    if boundary:
        for piece in _pieces(body, boundary):
            yield from _walk(*_open(piece), level + 1, depth)
    elif kind in ("message/rfc822", "message/global") and level < MOST_DEPTH:
        whole = Part(kind, headers, body, depth)
        yield whole
        yield from _walk(*_open(whole.content.lstrip(b"\n")), level + 1, depth + 1)
    else:
        yield Part(kind, headers, body, depth)


def _boundary(headers: Headers, body: bytes) -> bytes:
    """Find what parts the body; some write the parameter on a line that is not folded."""
    told = _BOUNDARY.search(headers.get("content-type", ""))
    if told:
        return (told[1] or told[2]).rstrip().encode("utf-8", "surrogateescape")
    seen = _FIRST_MARK.match(body)
    return seen[1] if seen else b""


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    mark = re.escape(boundary)
    pieces = re.split(rb"(?:\A|\n)--" + mark + rb"(?:--)?[ \t]*(?=\n|\Z)", body)
    inside = pieces[1:] if len(pieces) > 1 else pieces  # a missing boundary hides nothing
    return [piece.removeprefix(b"\n") for piece in inside[:MOST_PARTS] if piece.strip()]


def _type(headers: Headers) -> str:
    found = _TYPE.match(headers.get("content-type", ""))
    return found[1].lower() if found else "text/plain"


def _unpack(part: Part) -> bytes:
    how = part.headers.get("content-transfer-encoding", "").lower()
    if how == "quoted-printable":
        return quopri.decodestring(part.body)
    if how == "base64":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", part.body)
        return binascii.a2b_base64(clean[: len(clean) // 4 * 4])
    return part.body


def _decode(data: bytes, charset: str) -> str:
    """Read bytes in the charset that is named, else as UTF-8, else as Latin-1."""
    for name in (charset, "utf-8"):
        try:
            return data.decode("utf-8" if name.lower() in _SLOW_CHARSETS else name)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
