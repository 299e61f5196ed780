"""What the provider says to one text, or to a bind: one table of SMPP 3.4 section 5.1.3.

A row: whether it is for good, our code, whose fault it is, and the words. What blames our way out
is never for good (it can be mended); what nobody knows is tried again, and shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass

from sendout.core.delivery.outcome import Blame, Refused

ADDRESS, RECIPIENT, MESSAGE, SENDER = (
    Blame.ADDRESS, Blame.RECIPIENT, Blame.MESSAGE, Blame.SENDER,
)  # fmt: skip
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

    permanent: bool
    code: str
    blame: Blame
    text: str


TABLE = {
    0x01: Row(True, "5.3.4", MESSAGE, "the length of the text is not allowed"),
    0x02: Row(True, "5.5.0", MESSAGE, "the length of the command is not allowed"),
    0x03: Row(False, "4.5.1", SENDER, "it does not know submit_sm"),
    0x04: Row(False, "4.5.1", SENDER, "this session may not send; check the setting bind"),
    0x05: Row(False, "4.5.1", SENDER, "it says that we are bound already"),
    0x06: Row(False, "4.5.4", SENDER, "it does not allow our priority"),
    0x07: Row(False, "4.5.4", SENDER, "it does not give receipts; check the setting receipts"),
    0x08: Row(False, "4.3.0", SENDER, "it has an error of its own"),
    0x0A: Row(False, "4.7.1", SENDER, "it does not allow the from number or name"),
    0x0B: Row(True, "5.1.1", ADDRESS, "the number does not exist"),
    0x0C: Row(False, "4.3.0", SENDER, "it does not know its own message id"),
    QUEUE_FULL: Row(False, "4.3.2", SENDER, "its queue is full"),
    0x15: Row(False, "4.5.4", SENDER, "it does not know the service type"),
    0x42: Row(False, "4.5.4", SENDER, "it does not know our esm_class"),
    0x43: Row(False, "4.5.4", SENDER, "it does not take our esm_class"),
    0x45: Row(False, "4.0.0", RECIPIENT, "it could not submit the text"),
    0x48: Row(False, "4.5.4", SENDER, "it does not allow the source_ton"),
    0x49: Row(False, "4.5.4", SENDER, "it does not allow the source_npi"),
    0x50: Row(False, "4.5.4", SENDER, "it does not allow the type of the recipient's number"),
    0x51: Row(False, "4.5.4", SENDER, "it does not allow the plan of the recipient's number"),
    0x53: Row(False, "4.5.4", SENDER, "it does not know the system_type"),
    THROTTLED: Row(False, "4.7.28", SENDER, "it wants fewer texts at once"),
    0x61: Row(False, "4.5.4", SENDER, "it does not allow the time of sending"),
    0x62: Row(False, "4.5.4", SENDER, "it does not allow the validity"),
    0x64: Row(False, "4.3.0", RECIPIENT, "the recipient's side has an error for now"),
    0x65: Row(True, "5.7.1", RECIPIENT, "the recipient's side has refused it for good"),
    0x66: Row(True, "5.7.1", RECIPIENT, "the recipient's side has refused the text"),
    0xC0: Row(False, "4.5.4", SENDER, "it cannot read our optional parameters"),
    0xC1: Row(False, "4.5.4", SENDER, "it does not allow an optional parameter; try reference=no"),
    0xC2: Row(False, "4.5.4", SENDER, "the length of a parameter is not allowed"),
    0xC3: Row(False, "4.5.4", SENDER, "it misses an optional parameter"),
    0xC4: Row(False, "4.5.4", SENDER, "it does not allow the value of an optional parameter"),
    0xFE: Row(True, "5.0.0", RECIPIENT, "the delivery failed"),
    NOT_NAMED: Row(False, "4.3.0", SENDER, "it has an error that it does not name"),
}
UNKNOWN = Row(False, "4.0.0", RECIPIENT, "it refused the text with a code of its own")

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
    return Refused(row.permanent, row.code, text, row.blame, wait)


def bind_words(status: int) -> str:
    """Say why the provider did not let us in."""
    return f"{BIND.get(status, 'the sign-in was refused')} (SMPP 0x{status:02X})"
