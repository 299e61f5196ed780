"""The units of SMPP 3.4 (Issue 1.2) on the wire: their head, submit_sm and deliver_sm, TLVs."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

_HEAD = struct.Struct(">IIII")  # section 3.2: length, command, status, sequence number
_TLV = struct.Struct(">HH")  # section 5.3.1: tag, length
ANSWER = 0x8000_0000  # section 5.1.2.1: this bit makes a command its answer
LONGEST = 80_000  # octets of one unit; message_payload alone may have 64 K
SHORT = 254  # octets of short_message, section 4.4.1


class Command(IntEnum):
    """Section 5.1.2.1, as far as we know them."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15


class Tag(IntEnum):
    """Optional parameters, section 5.3.2."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(ValueError):
    """What came is no unit of SMPP; says why."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit. number: by which an answer names its question."""

    command: int
    status: int
    number: int
    body: bytes = b""

    def encode(self) -> bytes:
        """Write it as it leaves."""
        size = _HEAD.size + len(self.body)
        return _HEAD.pack(size, self.command, self.status, self.number) + self.body


class PduReader:
    """Cuts what comes in into units."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """Give the units that are whole now, to be taken all before the next call.

        Raises Malformed when the other side is lost; what came whole before that still counts.
        """
        data, at = self._rest + data, 0
        while len(data) - at >= _HEAD.size:
            size, command, status, number = _HEAD.unpack_from(data, at)
            if not _HEAD.size <= size <= LONGEST:
                raise Malformed(f"a unit says that it has {size} octets")
            if len(data) - at < size:
                break
            yield Pdu(command, status, number, data[at + _HEAD.size : at + size])
            at += size
        self._rest = data[at:]


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name. ton, npi: its kind and its plan, sections 5.2.5 and 5.2.6."""

    text: str
    ton: int = 0
    npi: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What submit_sm (section 4.4.1) and deliver_sm (4.6.1) have in common.

    content: short_message, or message_payload where it is longer or that was asked for.
    """

    source: Address
    to: Address
    content: bytes
    esm_class: int = 0
    data_coding: int = 0
    registered: int = 0
    validity: str = ""
    service: str = ""
    tlvs: Mapping[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Write the body. Raises UnicodeEncodeError where an address is not ASCII."""
        tlvs, short = dict(self.tlvs), self.content
        if len(short) > SHORT:
            tlvs[Tag.MESSAGE_PAYLOAD], short = short, b""
        ends = (self.source, self.to)
        return b"".join(
            (
                _text(self.service),
                *(bytes((end.ton, end.npi)) + _text(end.text) for end in ends),
                bytes((self.esm_class, 0, 0)),  # protocol_id, priority_flag
                _text(""),  # schedule_delivery_time
                _text(self.validity),
                # replace_if_present_flag, data_coding, sm_default_msg_id
                bytes((self.registered, 0, self.data_coding, 0, len(short))),
                short,
                *(_TLV.pack(tag, len(value)) + value for tag, value in tlvs.items()),
            )
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a body. Raises Malformed."""
        read = _Reader(body)
        service = read.text()
        source, to = read.address(), read.address()
        esm_class, _, _ = read.octets(3)
        read.text()
        validity = read.text()
        registered, _, data_coding, _, size = read.octets(5)
        short, tlvs = read.octets(size), read.tlvs()
        content = short or tlvs.get(Tag.MESSAGE_PAYLOAD, b"")
        values = (content, esm_class, data_coding, registered, validity, service, tlvs)
        return cls(source, to, *values)


def bind_body(username: str, password: str, system_type: str, address_range: str) -> bytes:
    """Write the body of a bind, section 4.1. Raises UnicodeEncodeError for what is not ASCII."""
    names = _text(username) + _text(password) + _text(system_type)
    return names + bytes((0x34, 0, 0)) + _text(address_range)  # interface_version, ton, npi


def read_id(body: bytes) -> str:
    """Read what answers begin with: the id of a message, or of who answers."""
    return body.partition(b"\0")[0].decode("latin-1")


def _text(text: str) -> bytes:
    return text.encode("ascii") + b"\0"


class _Reader:
    """Takes a body apart from its beginning to its end."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a text in it has no end")
        found, self._at = self._body[self._at : end], end + 1
        return found.decode("latin-1")

    def octets(self, count: int) -> bytes:
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise Malformed("it is cut short")
        self._at += count
        return found

    def address(self) -> Address:
        ton, npi = self.octets(2)
        return Address(self.text(), ton, npi)

    def tlvs(self) -> dict[int, bytes]:
        """Read the optional parameters; one that is cut short ends them, and so nothing is lost."""
        found: dict[int, bytes] = {}
        while len(self._body) - self._at >= _TLV.size:
            tag, size = _TLV.unpack(self.octets(_TLV.size))
            if len(self._body) - self._at < size:
                break
            found[tag] = self.octets(size)
        return found
