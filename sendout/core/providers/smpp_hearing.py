"""What a provider tells of itself (deliver_sm): receipts, and texts that phones sent.

It is kept first and acknowledged then, by whoever listens: `inbound.smpp`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from sendout.core.providers import sms_meanings as m
from sendout.core.providers.heard import Receipt
from sendout.core.providers.smpp_address import number
from sendout.core.providers.smpp_config import SmppConfig
from sendout.core.providers.smpp_parts import Place, place_in_tlvs, take_off_header
from sendout.core.providers.smpp_pdu import Message, Tag

# Section 5.2.12: the kind of message, and "a header comes first".
KIND, RECEIPT, STATE_NOTED, HEADED = 0x3C, 0x04, 0x20, 0x40
FROM_SME = frozenset({0x08, 0x10, 0x18})  # acknowledgements between phones: nothing for us
# Section 5.2.28, by number and by the word that receipts hold (appendix B).
STATES = {
    1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD",
    7: "UNKNOWN", 8: "REJECTD",
}  # fmt: skip
FAILED = {
    "EXPIRED": (m.UNREACHABLE, "The phone could not be reached in time."),
    "DELETED": (m.UNKNOWN, "The provider deleted the text."),
    "UNDELIV": (m.UNKNOWN, "The text could not be delivered."),
    "REJECTD": (m.BARRED, "The operator refused the text."),
}
ON_ITS_WAY = {"ENROUTE": "sent", "ACCEPTD": "sent"}  # no end: it only has the text
BAD_NUMBER = (m.NO_NUMBER, "The number does not exist.")
# network_error_code of GSM: 3GPP TS 29.002 section 17.6.6; who is unknown, or can get no SMS.
_GSM, _UNKNOWN_SUBSCRIBERS = 3, frozenset({1, 5, 11})
_TEXT = re.compile(rb"\btext:", re.IGNORECASE)
LONGEST_REF = 100
_WORDS = re.compile(rb"\b(id|stat|err):\s*([^\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HeardText:
    """A text from a phone, or a part of one: then `place` says which.

    phone: with a plus where it is said to be a number with its country code.
    """

    phone: str
    to: str
    content: bytes
    data_coding: int
    place: Place | None = None


class Told(Protocol):
    """One deliver_sm that waits for our answer."""

    @property
    def message(self) -> Message:
        """What it says."""
        ...

    @property
    def gone(self) -> bool:
        """Whether the session ended meanwhile: then it will be told again."""
        ...

    def acknowledge(self, status: int = 0) -> None:
        """Answer it; 0: it is kept."""
        ...


Hear = Callable[[Told], None]


@runtime_checkable
class Listens(Protocol):
    """A provider on whose connections something may come in. listener: to whom it goes."""

    listener: Hear | None


def read(message: Message, config: SmppConfig) -> Receipt | HeardText | None:
    """Read what was told; None for what is nothing to us.

    Texts of phones are never taken for receipts: only what the provider itself marks as one is one.
    """
    kind = message.esm_class & KIND
    if kind in FROM_SME:
        return None
    if kind in (RECEIPT, STATE_NOTED) or Tag.RECEIPTED_MESSAGE_ID in message.tlvs:
        return _receipt(message, config)
    place, content = place_in_tlvs(message.tlvs), message.content
    if message.esm_class & HEADED:
        place, content = take_off_header(content)
    phone, to = number(message.source), number(message.to)
    return HeardText(phone, to, content, message.data_coding, place)


def _receipt(message: Message, config: SmppConfig) -> Receipt:
    # Some write receipts in UCS-2; and the words of the text, which end it, may look like ours.
    content = _TEXT.split(message.content.replace(b"\0", b""), 1)[0]
    said = {name.lower(): value for name, value in _WORDS.findall(content)}
    words = {name.decode(): value.decode("latin-1") for name, value in said.items()}
    told = message.tlvs.get(Tag.RECEIPTED_MESSAGE_ID)
    ref = told.rstrip(b"\0").decode("latin-1") if told else words.get("id", "")
    numbered = STATES.get(int.from_bytes(message.tlvs.get(Tag.MESSAGE_STATE, b"")))
    state = numbered or words.get("stat", "UNKNOWN").upper()[:7]
    ref = receipt_ref(ref, config.ids)
    receipt = _judged(ref, state, words.get("err", ""), message, config)
    reference = message.tlvs.get(Tag.USER_MESSAGE_REFERENCE)
    known = int.from_bytes(reference) & 0xFFFF if reference else None
    return replace(receipt, phone=number(message.source), reference=known)


def _judged(ref: str, state: str, err: str, message: Message, config: SmppConfig) -> Receipt:
    key = f"{ref}:{state}"
    if state == "DELIVRD":
        return Receipt("delivered", key, ref)
    if state not in FAILED:
        return Receipt(ON_ITS_WAY.get(state, "untold"), key, ref, text=state)
    meaning, text = FAILED[state]
    if state in ("UNDELIV", "REJECTD") and _no_such_number(err, message, config):
        meaning, text = BAD_NUMBER
    error = f" err {err}" if err.strip("0") else ""
    said = f"{text} ({state}{error})"
    return Receipt("bounced", key, ref, code=meaning.code, text=said, blame=meaning.blame)


def _no_such_number(err: str, message: Message, config: SmppConfig) -> bool:
    network = message.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    if len(network) == 3 and network[0] == _GSM:
        return int.from_bytes(network[1:]) in _UNKNOWN_SUBSCRIBERS
    return err.strip().lstrip("0") in config.bad_numbers


def answer_ref(ref: str, ids: str) -> str:
    """Give the id in the answer to submit_sm as we keep it: decimal, where two ways are mixed."""
    return _kept(ref if ids == "same" else _decimal(ref, 16 if ids == "hex-decimal" else 10))


def receipt_ref(ref: str, ids: str) -> str:
    """Give the id in a receipt as we keep it."""
    return _kept(ref if ids == "same" else _decimal(ref, 10 if ids == "hex-decimal" else 16))


def _kept(ref: str) -> str:
    """Write an id so that a comma can stand between several; the standard allows 64 characters."""
    return ref.replace(",", ";").strip()[:LONGEST_REF]


def _decimal(ref: str, base: int) -> str:
    try:
        return str(int(ref, base))
    except ValueError:
        return ref
