"""Which files may go along with a message: told by what is in them, not only by their names.

What programs are made of is refused, and so are documents with macros: mail servers throw such
mails away, and the sender's good name with them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from typing import BinaryIO

LONGEST_NAME = 120  # characters
_LOOKED_AT = 4_096  # bytes from the beginning

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
# Media types by the end of a name.
KINDS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "txt": "text/plain",
    "csv": "text/csv",
    "ics": "text/calendar",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "odt": f"{OPEN}text",
    "ods": f"{OPEN}spreadsheet",
    "odp": f"{OPEN}presentation",
}
TAKEN = (
    "PDF, pictures (PNG, JPEG, GIF, WebP), Word, Excel, PowerPoint, OpenDocument, text, CSV, ICS"
)
_BEGIN = {
    "application/pdf": re.compile(rb"%PDF-"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "text/calendar": re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", re.IGNORECASE),
}
_PROGRAMS = re.compile(rb"MZ|\x7fELF|#!|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|\xd0\xcf\x11\xe0|<script")
_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_MACROS = re.compile(r"vbaproject|macrosheets/|activex/|^basic/|^scripts/|\.(?:exe|js|vbs|bat)$")


class BadFile(ValueError):
    """This file cannot go along; the message says why and what to do."""


def kind_of(name: str, stream: BinaryIO) -> str:
    """Give the media type of a file that may go along. Raises BadFile for one that may not."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    stream.seek(0)
    head = stream.read(_LOOKED_AT)
    if not head:
        raise BadFile(f"“{name}” is empty: choose the file again.")
    if _PROGRAMS.match(head.lstrip()):
        raise BadFile(
            f"“{name}” is a program, or a document of an old format that may hold one, and mail "
            "servers refuse those: save it as PDF and send that."
        )
    if ending not in KINDS:
        raise BadFile(f"“{name}” is of a kind that does not go along. These do: {TAKEN}.")
    kind = KINDS[ending]
    if not _is(kind, ending, head, stream):
        raise BadFile(
            f"“{name}” ends with .{ending} and is something else inside: save it as PDF, or give "
            "it the ending that it had."
        )
    if ending in _MAIN or ending in ("odt", "ods", "odp"):
        _refuse_macros(name, _names(stream))
    return kind


def _is(kind: str, ending: str, head: bytes, stream: BinaryIO) -> bool:
    if kind in _BEGIN:
        return bool(_BEGIN[kind].match(head))
    if kind.startswith("text/"):
        return b"\0" not in head
    names = _names(stream)
    if ending in _MAIN:
        return _MAIN[ending] in names
    return "content.xml" in names and kind.encode() in head


def _names(stream: BinaryIO) -> Collection[str]:
    """Name what is in a ZIP file; nothing is unpacked."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as opened:
            return {entry.filename for entry in opened.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ()


def _refuse_macros(name: str, names: Collection[str]) -> None:
    if any(_MACROS.search(each.lower()) for each in names):
        raise BadFile(
            f"“{name}” holds macros or programs, and mail servers refuse those: save it without "
            "macros, or as PDF."
        )


def clean_name(name: str) -> str:
    """Give a file name that is safe to be offered: no folders, no control characters."""
    base = re.split(r"[/\\]", name)[-1]
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\"<>|:*?]", "", base)
    stem, dot, ending = " ".join(shown.split()).rpartition(".")
    kept = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"
    return kept.strip(". ")[:LONGEST_NAME] or "file"


def size_words(size: int) -> str:
    """Write a size in bytes as people read it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1_000))} kB"
    return f"{size / 1_000_000:.1f} MB"
