"""What to say to an SMTP server, given what it answered. Knows no network and no clock.

A dialogue is a generator: it yields what to say, how many replies to wait for and for how long,
and is sent the replies (those that come while bytes are leaving, at once). Where the connection
ended, the list is cut short and ends with `GONE`. So a wait costs no turn of the event loop, and
every answer of a server can be tried in a test.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from sendout.core.delivery.outcome import Accepted, Blame, Outcome, Refused, Unsure
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smtp_replies import (
    GONE,
    Extensions,
    Reply,
    kind,
    reference,
    refused,
    says_goodbye,
    too_many_messages,
)

T = TypeVar("T")

Step: TypeAlias = tuple[bytes, int, float]
"""Bytes to write; replies to wait for, 0 to wait until the bytes have left; seconds to wait."""

Dialogue: TypeAlias = Generator[Step, list[Reply], T]

LARGE = 262_144  # bytes; a longer message leaves before its end-of-data is written
_DOTS = re.compile(rb"\n\.")
_UNSAFE = re.compile(r"[\x00-\x20<>\x7f]")
RESET = b"RSET\r\n"
UNSURE = Unsure("The connection ended after the message was handed over, before the answer came.")


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to wait for an answer, in the proportions of RFC 5321 section 4.5.3.2."""

    command: float
    block: float
    end: float

    @classmethod
    def scaled(cls, command: float) -> Waits:
        """Scale all by the wait for an ordinary command (5 minutes in the RFC)."""
        return cls(command=command, block=command * 0.6, end=command * 2)


class Transfer:
    """Hands messages over on one connection.

    over: nothing more can be sent here. most: messages after which the server wants a new
    connection, 0 when not known; learned when the server says so.
    """

    __slots__ = ("_extensions", "_reset", "_waits", "handed", "most", "over")

    def __init__(self, extensions: Extensions, waits: Waits, most: int = 0) -> None:
        self._extensions = extensions
        self._waits = waits
        self._reset = b""
        self.handed = 0
        self.most = most
        self.over = False

    def deliver(self, envelopes: Sequence[Envelope], answer: Answer) -> Dialogue[None]:
        """Hand the envelopes over in order, the text of one together with the next envelope.

        DATA must be the last command of a group (RFC 2920 section 3.1), so a group is: the text
        of one message with its end, then MAIL, RCPT, DATA of the next.
        """
        sendable = self._sendable(envelopes, answer)
        exchange = self._at_once if self._extensions.pipelining else self._one_by_one
        opened: Envelope | None = None
        while True:
            following = None if self._full(opened) else next(sendable, None)
            if following is None and opened is None:
                return
            text = b""
            if opened is not None:
                text = stuffed(opened.content) + b".\r\n"
                if len(text) > LARGE:
                    # Written apart: when this breaks, the message surely did not get through.
                    early = yield text[:-3], 0, self._waits.block
                    if early:
                        self._cut_short(opened, early[0], answer)
                        return
                    text = b".\r\n"
            begin = self._reset + following[1] if following is not None else b""
            replies = yield from exchange(text, begin)
            if opened is not None:
                self._settle(opened, replies.pop(0), answer)
                opened = None
            if following is not None:
                opened = yield from self._opened(following[0], replies, answer)

    def _full(self, opened: Envelope | None) -> bool:
        if self.most and self.handed + (opened is not None) >= self.most:
            self.over = True
        return self.over

    def _sendable(
        self, envelopes: Iterable[Envelope], answer: Answer
    ) -> Iterator[tuple[Envelope, bytes]]:
        """Give those this server can take, with their commands; answer the others here."""
        for envelope in envelopes:
            commands = commands_for(envelope, self._extensions)
            if isinstance(commands, Refused):
                answer(envelope, commands)
            else:
                yield envelope, commands

    def _at_once(self, text: bytes, begin: bytes) -> Dialogue[list[Reply]]:
        """Say it all in one write (RFC 2920)."""
        # No argument holds a line end (see commands_for), so these are the commands.
        wanted = begin.count(b"\n")
        if text:
            return (yield text + begin, wanted + 1, self._waits.end)
        return (yield begin, wanted, self._waits.command)

    def _one_by_one(self, text: bytes, begin: bytes) -> Dialogue[list[Reply]]:
        """Say one thing and wait for its answer, up to the first refusal."""
        replies: list[Reply] = []
        if text:
            replies += yield text, 1, self._waits.end
        for command in begin.splitlines(keepends=True):
            if replies and says_goodbye(replies[-1]):
                break
            replies += yield command, 1, self._waits.command
            if kind(replies[-1]) not in (b"2", b"3"):
                break
        return replies

    def _opened(
        self, envelope: Envelope, replies: list[Reply], answer: Answer
    ) -> Dialogue[Envelope | None]:
        """Give the envelope when its text may follow, else say why not."""
        if self._reset:
            self._reset = b""
            if not replies or kind(replies.pop(0)) != b"2":
                # With the old transaction open, this text would go to its recipient too.
                self.over = True
                return None
        if len(replies) == 3 and replies[2][:3] == b"354" and _both_fine(replies):
            return envelope
        bad = next((reply for reply in replies if kind(reply) not in (b"2", b"3")), GONE)
        self.over = any(map(says_goodbye, (bad, *replies))) or too_many_messages(bad)
        if too_many_messages(bad) and self.handed:
            self.most = self.handed
        # Another connection helps, unless this one never served anybody.
        if not self.over or (bad and not self.handed):
            self._tell(envelope, refused(bad), answer)
        self._reset = RESET
        if replies and replies[-1][:3] == b"354":
            yield from self._withdraw(replies)
        return None

    def _withdraw(self, replies: list[Reply]) -> Dialogue[None]:
        """Get out of a DATA that was granted after a refusal."""
        if len(replies) == 3 and kind(replies[1]) != b"2":
            # Without a recipient an end at once does no harm (RFC 2920 section 3.1).
            (reply, *_) = yield b".\r\n", 1, self._waits.end
            self.over = self.over or says_goodbye(reply)
        else:
            self.over = True

    def _settle(self, envelope: Envelope, reply: Reply, answer: Answer) -> None:
        """Answer for a message whose end was written."""
        if kind(reply) == b"2":
            self._tell(envelope, Accepted(reference(reply) or str(envelope.delivery)), answer)
            return
        self.over = self.over or says_goodbye(reply) or too_many_messages(reply)
        self._tell(envelope, refused(reply) if reply else UNSURE, answer)

    def _cut_short(self, envelope: Envelope, reply: Reply, answer: Answer) -> None:
        """End the connection when the server spoke or went before the message was whole."""
        self.over = True
        if kind(reply) in (b"4", b"5"):
            self._tell(envelope, refused(reply), answer)

    def _tell(self, envelope: Envelope, outcome: Outcome, answer: Answer) -> None:
        self.handed += 1
        self.over = self.over or self.handed == self.most
        answer(envelope, outcome)


def _both_fine(replies: list[Reply]) -> bool:
    return kind(replies[0]) == b"2" and kind(replies[1]) == b"2"


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
    return content if content[-2:] == b"\r\n" else content + b"\r\n"


def commands_for(envelope: Envelope, offered: Extensions) -> bytes | Refused:
    """Write MAIL, RCPT and DATA, or say why this server cannot take the message."""
    content = envelope.content
    if offered.size and len(content) > offered.size:
        return _no("5.3.4", f"The server takes at most {offered.size} bytes.", Blame.MESSAGE)
    sender, recipient = _address(envelope.mail_from), _address(envelope.to)
    if sender is None:
        return _no("5.1.7", "The from-address cannot be written to a mail server.", Blame.SENDER)
    if not recipient:
        return _no("5.1.3", "The address cannot be written to a mail server.", Blame.ADDRESS)
    parameters = b" SIZE=%d" % len(content) if offered.takes_size else b""
    if not content.isascii():
        if not offered.eight_bit:
            return _no("5.6.3", "The server takes no 8-bit text (8BITMIME).", Blame.MESSAGE)
        parameters += b" BODY=8BITMIME"
    if not (sender.isascii() and recipient.isascii()):
        if not offered.smtputf8:
            # Not the address's fault: through another server it may well be reached.
            at_fault = Blame.RECIPIENT if sender.isascii() else Blame.SENDER
            return _no("5.6.7", "The server takes no accents before the @ (SMTPUTF8).", at_fault)
        parameters += b" SMTPUTF8"
    return b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\nDATA\r\n" % (sender, parameters, recipient)


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
