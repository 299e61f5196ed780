"""Handing messages over by DATA (RFC 5321), in groups where the server offers PIPELINING."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from sendout.core.delivery.outcome import Accepted
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.smtp_dialogue import RESET, UNSURE, Dialogue, Tally, Waits
from sendout.core.providers.smtp_envelope import pieces, sendable, written
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

END = b".\r\n"
LARGE = 262_144  # bytes; a longer message leaves before its end-of-data is written


class Transfer:
    """Hands messages over on one connection, one after another."""

    __slots__ = ("_extensions", "_reset", "_waits", "tally")

    def __init__(self, extensions: Extensions, waits: Waits, most: int = 0) -> None:
        self._extensions = extensions
        self._waits = waits
        self._reset = b""
        self.tally = Tally(most)

    def deliver(self, envelopes: Iterable[Envelope], answer: Answer) -> Dialogue[None]:
        """Hand the envelopes over in order, the text of one together with the next envelope.

        DATA must be the last command of a group (RFC 2920 section 3.1), so a group is: the text
        of one message with its end, then MAIL, RCPT, DATA of the next.
        """
        waiting = sendable(envelopes, self._extensions, answer)
        at_once, waits = self._extensions.pipelining, self._waits
        opened: Envelope | None = None
        while True:
            following = None if self.tally.full(opened is not None) else next(waiting, None)
            if following is None and opened is None:
                return
            text = b""
            if opened is not None:
                text = END
                if opened.size <= LARGE:
                    text = b"".join((written(opened), opened.tail, END))
                elif early := (yield from self._all_but_the_end(opened)):
                    self._cut_short(opened, early[0], answer)
                    return
            begin = self._reset + following[1] + b"DATA\r\n" if following is not None else b""
            if at_once:  # (RFC 2920)
                # No argument holds a line end (see smtp_envelope), so these are the commands.
                wanted = begin.count(b"\n") + bool(text)
                wait = waits.end if text else waits.command
                replies = yield text + begin, wanted, wanted, wait
            else:
                replies = yield from self._one_by_one(text, begin)
            if opened is not None:
                self._settle(opened, replies.pop(0), answer)
                opened = None
            if following is not None and not self._reset and _granted(replies):
                opened = following[0]
            elif following is not None:
                opened = yield from self._opened(following[0], replies, answer)

    def _all_but_the_end(self, envelope: Envelope) -> Dialogue[list[Reply]]:
        """Write a large message without its end; gives what the server said to that, if it did.

        When this breaks, the message surely did not get through.
        """
        for text in chain((written(envelope),), pieces(envelope.tail)):
            if early := (yield text, 0, 1, self._waits.block):
                return early
        return []

    def _one_by_one(self, text: bytes, begin: bytes) -> Dialogue[list[Reply]]:
        """Say one thing and wait for its answer, up to the first refusal."""
        replies: list[Reply] = []
        if text:
            replies += yield text, 1, 1, self._waits.end
        for command in begin.splitlines(keepends=True):
            if replies and says_goodbye(replies[-1]):
                break
            replies += yield command, 1, 1, self._waits.command
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
                self.tally.over = True
                return None
        if _granted(replies):
            return envelope
        bad = next((reply for reply in replies if kind(reply) not in (b"2", b"3")), GONE)
        self.tally.over = any(map(says_goodbye, (bad, *replies))) or too_many_messages(bad)
        if too_many_messages(bad):
            self.tally.learn_most()
        # Another connection helps, unless this one never served anybody.
        if not self.tally.over or (bad and not self.tally.handed):
            self.tally.tell(envelope, refused(bad), answer)
        self._reset = RESET
        if replies and replies[-1][:3] == b"354":
            yield from self._withdraw(replies)
        return None

    def _withdraw(self, replies: list[Reply]) -> Dialogue[None]:
        """Get out of a DATA that was granted after a refusal."""
        if len(replies) == 3 and kind(replies[1]) != b"2":
            # Without a recipient an end at once does no harm (RFC 2920 section 3.1).
            (reply, *_) = yield END, 1, 1, self._waits.end
            self.tally.over = self.tally.over or says_goodbye(reply)
        else:
            self.tally.over = True

    def _settle(self, envelope: Envelope, reply: Reply, answer: Answer) -> None:
        """Answer for a message whose end was written."""
        if kind(reply) == b"2":
            self.tally.tell(envelope, Accepted(reference(reply) or str(envelope.delivery)), answer)
            return
        self.tally.over = self.tally.over or says_goodbye(reply) or too_many_messages(reply)
        self.tally.tell(envelope, refused(reply) if reply else UNSURE, answer)

    def _cut_short(self, envelope: Envelope, reply: Reply, answer: Answer) -> None:
        """End the connection when the server spoke or went before the message was whole."""
        self.tally.over = True
        if kind(reply) in (b"4", b"5"):
            self.tally.tell(envelope, refused(reply), answer)


def _granted(replies: list[Reply]) -> bool:
    """Tell whether MAIL, RCPT and DATA have their yes."""
    if len(replies) != 3:
        return False
    mail, recipient, data = replies
    return mail[:1] == b"2" and recipient[:1] == b"2" and data[:3] == b"354"
