"""Bytes to text: which encoding a CSV file is in, found by reading all of it once."""

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from sendout.core.table.kind import HEAD, utf16_without_mark

CHUNK = 1 << 20  # bytes
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
HIGH = bytes(range(0x80, 0x100))
NOT_IN_WINDOWS = b"\x81\x8d\x8f\x90\x9d"  # unassigned in Windows-1252; c-cedilla, e-grave on a Mac
STRAY = "sendout.stray-windows-1252"


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error(STRAY, _read_stray)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, what to do with bytes it cannot read, and the words to say about it, if any."""

    codec: str
    errors: str = "replace"
    said: str = ""


def find_encoding(stream: BinaryIO) -> Encoding:
    """Find how a CSV file is encoded; the stream is read once and left at its start."""
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    for mark, codec in MARKS:
        if head.startswith(mark):
            return Encoding(codec, STRAY if codec == "utf-8-sig" else "replace")
    if codec_without_mark := utf16_without_mark(head):
        return Encoding(codec_without_mark)
    return Encoding("utf-8") if _is_utf8(stream) else _guess_old_encoding(stream)


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True


def _guess_old_encoding(stream: BinaryIO) -> Encoding:
    sequences = continued = high = 0
    seen: set[int] = set()
    while chunk := stream.read(CHUNK):
        found = MULTIBYTE.findall(chunk)
        sequences += len(found)
        continued += sum(map(len, found))
        high += len(chunk) - len(chunk.translate(None, HIGH))
        seen.update(chunk)
    stream.seek(0)
    if sequences > high - continued:
        return Encoding(
            "utf-8", STRAY, "some letters were not in UTF-8 and were read as Windows-1252"
        )
    if seen.intersection(NOT_IN_WINDOWS):
        return Encoding("mac_roman", said="the file was read as Mac OS Roman")
    return Encoding("cp1252", said="the file was read as Windows-1252")


def open_text(stream: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    """Read a binary stream as text from its start, every line end turned into a newline."""
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding.codec, encoding.errors, newline=None)
