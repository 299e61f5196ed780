"""The envelope and the text of a message as SMTP commands, or why they cannot be said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sendout.core.delivery.outcome import Blame, Refused
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smtp_replies import Extensions

PIECE = 262_144  # bytes of the files of a message that are written at once

_DOTS = re.compile(rb"\n\.")
_NOT_XTEXT = re.compile(rb"[^!-*,-<>-~]")
_UNSAFE = re.compile(r"[\x00-\x20<>\x7f]")


def sendable(
    envelopes: Iterable[Envelope], offered: Extensions, answer: Answer
) -> Iterator[tuple[Envelope, bytes]]:
    """Give those this server can take, with MAIL and RCPT; answer the others here."""
    for envelope in envelopes:
        commands = commands_for(envelope, offered)
        if isinstance(commands, Refused):
            answer(envelope, commands)
        else:
            yield envelope, commands


def written(envelope: Envelope) -> bytes:
    """Give the content as DATA wants it; a look at every byte is saved where it is known."""
    return envelope.content if envelope.plain else stuffed(envelope.content)


def stuffed(content: bytes) -> bytes:
    """Double each dot at the beginning of a line and end with CRLF (RFC 5321 section 4.5.2).

    A dot after a bare LF is doubled too: some servers take that for a line, and a message must
    never be able to end itself early.
    """
    # Most messages have none; a regular expression finds that out twice as fast as `in`.
    if _DOTS.search(content):
        content = content.replace(b"\n.", b"\n..")
    if content[:1] == b".":
        content = b"." + content
    return ended(content)


def ended(content: bytes) -> bytes:
    """End the last line of a text (RFC 5321 section 2.3.8)."""
    return content if content[-2:] == b"\r\n" else content + b"\r\n"


def pieces(tail: bytes) -> Iterator[bytes]:
    """Cut up the files of a message, so that no connection holds more than a piece of its own."""
    for at in range(0, len(tail), PIECE):
        yield tail[at : at + PIECE]


def commands_for(envelope: Envelope, offered: Extensions) -> bytes | Refused:
    """Write MAIL and RCPT, or say why this server cannot take the message."""
    if offered.size and envelope.size > offered.size:
        return _no("5.3.4", f"The server takes at most {offered.size} bytes.", Blame.MESSAGE)
    sender, recipient = _address(envelope.mail_from), _address(envelope.to)
    if sender is None:
        return _no("5.1.7", "The from-address cannot be written to a mail server.", Blame.SENDER)
    if not recipient:
        return _no("5.1.3", "The address cannot be written to a mail server.", Blame.ADDRESS)
    parameters = b" SIZE=%d" % envelope.size if offered.takes_size else b""
    if not (envelope.plain or envelope.content.isascii()):
        if not offered.eight_bit:
            return _no("5.6.3", "The server takes no 8-bit text (8BITMIME).", Blame.MESSAGE)
        parameters += b" BODY=8BITMIME"
    if not (sender.isascii() and recipient.isascii()):
        if not offered.smtputf8:
            # Not the address's fault: through another server it may well be reached.
            at_fault = Blame.RECIPIENT if sender.isascii() else Blame.SENDER
            return _no("5.6.7", "The server takes no accents before the @ (SMTPUTF8).", at_fault)
        parameters += b" SMTPUTF8"
    report = b""
    if offered.dsn:
        parameters += b" RET=HDRS ENVID=%d" % envelope.delivery
        report = b" NOTIFY=FAILURE,DELAY" + _original(recipient)
    return b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>%b\r\n" % (sender, parameters, recipient, report)


def _original(recipient: bytes) -> bytes:
    """Name the address for reports as `xtext` (RFC 3461 section 4.2); not one outside ASCII."""
    if not recipient.isascii():
        return b""
    return b" ORCPT=rfc822;" + _NOT_XTEXT.sub(lambda found: b"+%02X" % ord(found[0]), recipient)


def _no(code: str, text: str, blame: Blame) -> Refused:
    return Refused(permanent=True, code=code, text=text, blame=blame)


def _address(address: str) -> bytes | None:
    """Give the bytes of an address, or None when it could break out of its command."""
    if _UNSAFE.search(address):
        return None
    if address.isascii():
        return address.encode()
    local, _, domain = address.rpartition("@")
    try:
        # With plain letters before the @, the domain's own spelling needs no SMTPUTF8.
        return address.encode() if not local.isascii() else _ascii(local, domain)
    except UnicodeError:
        return None


def _ascii(local: str, domain: str) -> bytes:
    return local.encode() + b"@" + domain.encode("idna")
