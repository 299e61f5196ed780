"""What the provider says to one text, or to a bind: one table of SMPP 3.4 section 5.1.3.

A row: what it means, in the few words that all providers of SMS share, and what the staff reads.
What blames our way out is never for good (it can be mended); what nobody knows is tried again, and
shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers import sms_meanings as m
from sendout.core.providers.sms_meanings import Meaning

OWN = Meaning("", Blame.SENDER, later=True)  # a fault of the provider's
LATER = Meaning("", Blame.RECIPIENT, later=True)
QUEUE_FULL, THROTTLED, NOT_NAMED = 0x14, 0x58, 0xFF
BUSY = frozenset({QUEUE_FULL, THROTTLED})
# Answers to what the provider sends us.
UNKNOWN_COMMAND, TRY_AGAIN = 0x03, 0x64
# Seconds after which a text is tried again whose provider had too much to do, by attempt; later
# ones wait as long as any other.
SHORT_WAITS = (5.0, 20.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    meaning: Meaning
    text: str


TABLE = {
    0x01: Row(m.BAD_TEXT, "the length of the text is not allowed"),
    0x02: Row(m.BAD_TEXT, "the length of the command is not allowed"),
    0x03: Row(m.ACCOUNT, "it does not know submit_sm"),
    0x04: Row(m.ACCOUNT, "this session may not send; check the setting bind"),
    0x05: Row(m.ACCOUNT, "it says that we are bound already"),
    0x06: Row(m.ACCOUNT, "it does not allow our priority"),
    0x07: Row(m.ACCOUNT, "it does not give receipts; check the setting receipts"),
    0x08: Row(OWN, "it has an error of its own"),
    0x0A: Row(m.ACCOUNT, "it does not allow the from number or name"),
    0x0B: Row(m.NO_NUMBER, "the number does not exist"),
    0x0C: Row(OWN, "it does not know its own message id"),
    QUEUE_FULL: Row(m.BUSY, "its queue is full"),
    0x15: Row(m.ACCOUNT, "it does not know the service type"),
    0x42: Row(m.ACCOUNT, "it does not know our esm_class"),
    0x43: Row(m.ACCOUNT, "it does not take our esm_class"),
    0x45: Row(LATER, "it could not submit the text"),
    0x48: Row(m.ACCOUNT, "it does not allow the source_ton"),
    0x49: Row(m.ACCOUNT, "it does not allow the source_npi"),
    0x50: Row(m.ACCOUNT, "it does not allow the type of the recipient's number"),
    0x51: Row(m.ACCOUNT, "it does not allow the plan of the recipient's number"),
    0x53: Row(m.ACCOUNT, "it does not know the system_type"),
    THROTTLED: Row(m.BUSY, "it wants fewer texts at once"),
    0x61: Row(m.ACCOUNT, "it does not allow the time of sending"),
    0x62: Row(m.ACCOUNT, "it does not allow the validity"),
    0x64: Row(LATER, "the recipient's side has an error for now"),
    0x65: Row(m.BARRED, "the recipient's side has refused it for good"),
    0x66: Row(m.BARRED, "the recipient's side has refused the text"),
    0xC0: Row(m.ACCOUNT, "it cannot read our optional parameters"),
    0xC1: Row(m.ACCOUNT, "it does not allow an optional parameter; try reference=no"),
    0xC2: Row(m.ACCOUNT, "the length of a parameter is not allowed"),
    0xC3: Row(m.ACCOUNT, "it misses an optional parameter"),
    0xC4: Row(m.ACCOUNT, "it does not allow the value of an optional parameter"),
    0xFE: Row(m.UNKNOWN, "the delivery failed"),
    NOT_NAMED: Row(OWN, "it has an error that it does not name"),
}
UNKNOWN = Row(LATER, "it refused the text with a code of its own")

BIND = {
    0x05: "it says that we are bound already; perhaps it allows fewer sessions",
    0x0D: "the sign-in was refused",
    0x0E: "the password was refused",
    0x0F: "the system_id was refused",
    0x53: "the system_type was refused",
    THROTTLED: "it wants fewer sessions, or later",
}


def refusal(status: int, attempt: int) -> Refused:
    """Say what a text was refused with. attempt: which one this was, 1 and up."""
    row = TABLE.get(status, UNKNOWN)
    wait = None
    if status in BUSY and attempt <= len(SHORT_WAITS):
        wait = SHORT_WAITS[attempt - 1]
    text = f"{row.text} (SMPP 0x{status:02X})"
    return row.meaning.refused(text, wait)


def bind_words(status: int) -> str:
    """Say why the provider did not let us in."""
    return f"{BIND.get(status, 'the sign-in was refused')} (SMPP 0x{status:02X})"
