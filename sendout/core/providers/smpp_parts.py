"""A text as the parts that leave: encoded, and cut as `core.message.sms` counts them.

A phone puts parts together again by the header before them (UDH, 3GPP TS 23.040 section 9.2.3.24):
8-bit references in element 0x00, 16-bit ones in element 0x08.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sendout.core.message.sms import measure
from sendout.core.providers.smpp_alphabet import DEFAULT, ESCAPED, UCS_2, encode_gsm
from sendout.core.providers.smpp_pdu import Tag

LONG = ("udh8", "udh16", "sar", "payload")
MOST_PARTS = 255  # that a header can number
# Units of one part of several: septets, and 16-bit units.
_ROOM = {"udh8": (153, 67), "udh16": (152, 66), "sar": (153, 67)}


class TooLong(ValueError):
    """More parts than can be numbered."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. headed: it begins with a header (UDHI, section 5.2.12)."""

    content: bytes
    data_coding: int
    headed: bool = False
    tlvs: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs: it is `number` of `total` under a reference."""

    reference: int
    total: int
    number: int


def parts(text: str, long: str, alphabet: str, reference: int) -> list[Part]:
    """Make the parts of a text.

    long: how parts of several are numbered; `payload` leaves the cutting to the provider.
    alphabet: what the provider takes as data_coding 0; a text that it lacks a character for goes
    as UCS-2. Raises TooLong.
    """
    measured = measure(text)
    data_coding = DEFAULT if measured.encoding == "GSM-7" else UCS_2
    try:
        whole = _encode(text, data_coding, alphabet)
    except UnicodeEncodeError:
        data_coding = UCS_2
        whole = _encode(text, data_coding, alphabet)
    alone = 160 if data_coding == DEFAULT else 70
    units = measured.units if data_coding == DEFAULT else len(whole) // 2
    if units <= alone:
        return [Part(whole, data_coding)]
    if long == "payload":
        return [Part(b"", data_coding, tlvs={Tag.MESSAGE_PAYLOAD: whole})]
    room = _ROOM[long][data_coding == UCS_2]
    pieces = [_encode(piece, data_coding, alphabet) for piece in _cut(text, data_coding, room)]
    if len(pieces) > MOST_PARTS:
        raise TooLong(f"the text has {len(pieces)} parts, and {MOST_PARTS} are the most")
    return [
        _numbered(piece, data_coding, long, Place(reference, len(pieces), number))
        for number, piece in enumerate(pieces, 1)
    ]


def _encode(text: str, data_coding: int, alphabet: str) -> bytes:
    if data_coding == UCS_2:
        return text.encode("utf-16-be")
    return encode_gsm(text) if alphabet == "gsm" else text.encode("latin-1")


def _cut(text: str, data_coding: int, room: int) -> Iterator[str]:
    """Cut between characters: an escaped one or a surrogate pair is never split."""
    begin = used = 0
    twice = frozenset(ESCAPED.values()) if data_coding == DEFAULT else frozenset()
    for at, character in enumerate(text):
        size = 2 if character in twice or character > "\uffff" else 1
        if used + size > room:
            yield text[begin:at]
            begin, used = at, 0
        used += size
    yield text[begin:]


def _numbered(piece: bytes, data_coding: int, long: str, place: Place) -> Part:
    reference = (place.reference & 0xFFFF).to_bytes(2)
    if long == "sar":
        tlvs: dict[int, bytes] = {
            Tag.SAR_MSG_REF_NUM: reference,
            Tag.SAR_TOTAL_SEGMENTS: bytes([place.total]),
            Tag.SAR_SEGMENT_SEQNUM: bytes([place.number]),
        }
        return Part(piece, data_coding, tlvs=tlvs)
    if long == "udh8":
        header = bytes((5, 0x00, 3, reference[1], place.total, place.number))
    else:
        header = bytes((6, 0x08, 4, *reference, place.total, place.number))
    return Part(header + piece, data_coding, headed=True)


def take_off_header(content: bytes) -> tuple[Place | None, bytes]:
    """Part the header from what it heads; a broken one is taken as no header at all."""
    size = content[0] if content else 0
    header, rest = content[1 : 1 + size], content[1 + size :]
    if len(header) < size:
        return None, content
    at, place = 0, None
    while at + 2 <= len(header):
        element, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if element == 0x00 and len(value) == 3:
            place = _place(value[0], value[1], value[2])
        elif element == 0x08 and len(value) == 4:
            place = _place(int.from_bytes(value[:2]), value[2], value[3])
        at += 2 + length
    return place, rest


def place_in_tlvs(tlvs: Mapping[int, bytes]) -> Place | None:
    """Read where a part belongs from the SAR parameters."""
    sizes = {Tag.SAR_MSG_REF_NUM: 2, Tag.SAR_TOTAL_SEGMENTS: 1, Tag.SAR_SEGMENT_SEQNUM: 1}
    if any(len(tlvs.get(name, b"")) != size for name, size in sizes.items()):
        return None
    return _place(*(int.from_bytes(tlvs[name]) for name in sizes))


def _place(reference: int, total: int, number: int) -> Place | None:
    return Place(reference, total, number) if total > 1 and 1 <= number <= total else None
