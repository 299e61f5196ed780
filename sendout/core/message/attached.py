"""Files inside an email (RFC 2045): encoded once, the same bytes for every recipient."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from sendout.core.message import headers

_LINE = 76  # characters (RFC 2045 section 6.8), and CRLF


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes along inside an email. kind: its media type."""

    name: str
    kind: str
    content: bytes


def tail(files: Iterable[Attached], boundary: str) -> bytes:
    """Give what stands behind the texts of an email: its files, and its end.

    boundary: as in `CompiledEmail`. Its lines are ASCII, hold no blank beside another or at an
    end, begin with no dot, and the last one is not empty: no server stuffs them (RFC 5321 section
    4.5.2), and no signature changes them (RFC 6376 section 3.4).
    """
    parts = [_head(file, boundary) + _lines(file.content) for file in files]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])


def encoded_size(size: int) -> int:
    """Give how many bytes a file of so many becomes: 3 are written as 4, and lines end."""
    coded = -(-size // 3) * 4
    return coded + 2 * -(-coded // _LINE)


def _head(file: Attached, boundary: str) -> bytes:
    name = headers.parameter("filename", file.name)
    return (
        f"--{boundary}\r\n"
        f"Content-Type: {file.kind}{_charset(file)}\r\n"
        f"Content-Disposition: attachment{name}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode("ascii")


def _charset(file: Attached) -> str:
    """Name the characters of a text where they are known; else the reader's program guesses."""
    if not file.kind.startswith("text/"):
        return ""
    try:
        file.content.decode()
    except UnicodeDecodeError:
        return ""
    return "; charset=utf-8"


def _lines(content: bytes) -> bytes:
    coded = b64encode(content)
    lines = [coded[at : at + _LINE] for at in range(0, len(coded), _LINE)]
    return b"".join([b"\r\n".join(lines), b"\r\n" if lines else b""])
