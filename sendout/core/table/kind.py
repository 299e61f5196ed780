"""What a file is, told from its first bytes and never from its name."""

import re
import zipfile
from enum import StrEnum
from typing import BinaryIO

from sendout.core.table.errors import BadTable

HEAD = 65_536  # bytes looked at


class Kind(StrEnum):
    """The two ways a list can be stored."""

    CSV = "CSV"
    WORKBOOK = "workbook"


FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"Rar!", "a compressed file (RAR)"),
    (b"7z\xbc\xaf", "a compressed file (7-Zip)"),
    (b"{\\rtf", "a rich text document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"BEGIN:VCARD", "an address book (vCard)"),
)
MARKUP = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML document"),
)
WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
OTHER_PARTS = (("word/document.xml", "a Word document"), ("ppt/presentation.xml", "a presentation"))
UNICODE_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")


def recognise(stream: BinaryIO) -> Kind:
    """Tell a CSV file from a workbook; raises BadTable for an empty file or anything else."""
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise BadTable("this file is empty: save the list again as CSV or XLSX and send that file")
    if head.startswith(b"PK\x03\x04"):
        return _recognise_zip(stream)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return Kind.WORKBOOK
    _refuse_foreign(head)
    return Kind.CSV


def _recognise_zip(stream: BinaryIO) -> Kind:
    try:
        names = set(zipfile.ZipFile(stream).namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise not_a_list("a damaged workbook or archive") from error
    finally:
        stream.seek(0)
    if names.intersection(WORKBOOK_PARTS):
        return Kind.WORKBOOK
    raise not_a_list(next((what for part, what in OTHER_PARTS if part in names), "a ZIP archive"))


def _refuse_foreign(head: bytes) -> None:
    for mark, what in FOREIGN:
        if head.startswith(mark):
            raise not_a_list(what)
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:20].lower()
    for mark, what in MARKUP:
        if start.startswith(mark):
            raise not_a_list(what)
    if _is_binary(head):
        raise not_a_list("a binary file")


def _is_binary(head: bytes) -> bool:
    if head.startswith(UNICODE_MARKS) or utf16_without_mark(head):
        return False
    nul = head.count(0)
    return len(CONTROLS.findall(head)) > len(head) // 50 or nul > len(head) // 3


def utf16_without_mark(head: bytes) -> str | None:
    """Name the UTF-16 encoding of Latin text without its mark, told by every other byte 0."""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) > 0.8 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.8 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def not_a_list(what: str) -> BadTable:
    """Say that a file is something else, and what to do."""
    return BadTable(
        f"this is not a CSV or XLSX file: it is {what}; save the list as CSV or XLSX and try again"
    )
