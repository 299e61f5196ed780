"""Read a mail as a mail program would, for looking at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

# compat32, the parsers' default: policy.default raises IndexError on some malformed headers.
HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
PIXEL = re.compile(r'<img src="[^"]*/o/[0-9a-f]+\.gif" width="1" height="1"[^>]*>')
BASE = '<base target="_blank">'


@dataclass(frozen=True, slots=True)
class Inside:
    """A file inside a mail. size: bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail taken apart. headers: in order, decoded. html, text: empty when there is none."""

    subject: str
    headers: list[tuple[str, str]]
    html: str
    text: str
    files: list[Inside]


def read_subject(content: bytes) -> str:
    """Give the subject alone, without reading the body."""
    return decode(str(BytesHeaderParser().parsebytes(content)["Subject"] or ""))


def read_mail(content: bytes) -> Mail:
    """Take a whole mail apart."""
    mail = BytesParser().parsebytes(content)
    headers = [(name, decode(str(value))) for name, value in mail.items()]
    subject = decode(str(mail["Subject"] or ""))
    html, text = body(mail, "text/html"), body(mail, "text/plain")
    return Mail(subject, headers, html, text, list(files(mail)))


def boundary_of(content: bytes) -> str:
    """Give what stands before each file inside a mail; nothing where it has none."""
    mail = BytesHeaderParser().parsebytes(content)
    mixed = mail.get_content_type() == "multipart/mixed"
    return str(mail.get_boundary("")) if mixed else ""


def files(mail: Message) -> Iterator[Inside]:
    """Name the files inside."""
    for part in mail.walk():
        if name := part.get_filename():
            content = part.get_payload(decode=True)
            yield Inside(decode(name), len(content) if isinstance(content, bytes) else 0)


def decode(value: str) -> str:
    """Decode a header (RFC 2047), or give it as it stands when it cannot be decoded."""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (LookupError, ValueError):
        return value


def body(mail: Message, kind: str) -> str:
    """Give the first part of this kind as text."""
    for part in mail.walk():
        if part.get_content_type() == kind and not part.get_filename():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return to_text(content, part.get_content_charset() or "utf-8")
    return ""


def to_text(content: bytes, charset: str) -> str:
    """Decode a body; what cannot be decoded is marked."""
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def without_pixel(html: str) -> str:
    """Leave out the picture that tells of an opening: whoever looks here is no recipient."""
    return PIXEL.sub("", html)


def open_links_outside(html: str) -> str:
    """Let links open in a new tab, as the frame around the mail cannot follow them."""
    found = HEAD.search(html)
    at = found.end() if found else 0
    return html[:at] + BASE + html[at:] if found else html
