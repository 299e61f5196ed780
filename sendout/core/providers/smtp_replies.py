"""Reading what an SMTP server says (RFC 5321 section 4.2, RFC 2034, RFC 1869)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sendout.core.bounces.codes import blame
from sendout.core.delivery.outcome import Refused

Reply = bytes
"""One whole reply as it came: its lines joined by LF, without the last line end."""

GONE: Reply = b""
"""Stands where a reply was expected and the connection ended."""

SHORTEST = 15  # bytes of an answer that holds nothing but "Ok"
LONGEST = 65_536  # bytes of one reply; RFC 5321 section 4.5.3.1.5 asks for 512 a line

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_SECONDS = re.compile(r"(\d{1,5})\s*-?(s|sec|second|m|min|minute|h|hour)s?\b", re.IGNORECASE)
_WAITING = re.compile(r"again|retry|wait|later|gr[ae]y|come back|after|defer", re.IGNORECASE)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_DAY = 86_400.0
_TOO_MANY = re.compile(
    rb"too many (messages|mails|e-?mails|transactions|deliveries)"
    rb"|(messages|transactions) (per|in this|on this) (connection|session)"
    rb"|max(imum)?\W.{0,30}messages",
    re.IGNORECASE,
)
# Postfix and most others; Exim; Google (the last word before "- gsmtp"); Amazon SES; sendmail.
_REFERENCES = re.compile(
    rb"queued (?:mail )?(?:as|for delivery as) <?([\w.@:+/-]+)"
    rb"|\bid=<?([\w.@:+/-]+)"
    rb"|OK +\d+ ([\w.-]+) - gsmtp"
    rb"|^250 Ok ([0-9a-f]{8,}[\w-]*)$"
    rb"|^250 2\.0\.0 ([A-Za-z0-9]{8,}) Message accepted",
    re.IGNORECASE,
)


class NotSmtp(Exception):
    """The other side said something that is not an SMTP reply."""


class ReplyReader:
    """Cuts a stream of bytes into whole replies, however TCP split it."""

    __slots__ = ("_lines", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    @property
    def between(self) -> bool:
        """True when no part of a reply is waiting for the rest of it."""
        return not self._rest and not self._lines

    def feed(self, data: bytes) -> list[Reply]:
        """Give the replies completed by `data`. Raises NotSmtp."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        replies: list[Reply] = []
        for line in lines:
            text = line.rstrip(b"\r")
            if text[3:4] == b" " and not self._lines and text[:3].isdigit():
                replies.append(text)
                continue
            if not text[:3].isdigit() or text[3:4] not in (b" ", b"-", b""):
                raise NotSmtp(text[:80].decode("ascii", "replace"))
            self._lines.append(text)
            if text[3:4] != b"-":
                replies.append(text if len(self._lines) == 1 else b"\n".join(self._lines))
                self._lines.clear()
        if (self._rest or self._lines) and self._waiting() > LONGEST:
            raise NotSmtp("a reply without end")
        return replies

    def _waiting(self) -> int:
        return len(self._rest) + sum(map(len, self._lines))


def kind(reply: Reply) -> bytes:
    """Give the first digit: b"2" yes, b"3" go on, b"4" not now, b"5" no, b"" gone."""
    return reply[:1]


def says_goodbye(reply: Reply) -> bool:
    """Tell whether this is the last reply: 421 (RFC 5321 section 3.8), or none came."""
    return reply[:3] in (b"", b"421")


def too_many_messages(reply: Reply) -> bool:
    """Tell whether the server wants a new connection for the next message."""
    return kind(reply) in (b"4", b"5") and _TOO_MANY.search(reply) is not None


def words(reply: Reply) -> str:
    """Give the server's own words: lines joined, without basic and enhanced codes."""
    lines = (line[4:].decode("utf-8", "replace") for line in reply.split(b"\n"))
    return " ".join(_ENHANCED.sub("", line, count=1).strip() for line in lines).strip()


def code(reply: Reply) -> str:
    """Give the enhanced status (RFC 2034) where there is a fitting one, else the basic code."""
    basic = reply[:3].decode("ascii")
    found = _ENHANCED.match(reply[4:60].decode("ascii", "replace"))
    return found.group(1) if found and found.group(1)[0] == basic[0] else basic


def retry_after(text: str) -> float | None:
    """Give the seconds the server asks us to wait, if it says so; at most a day."""
    found = _SECONDS.search(text) if _WAITING.search(text) else None
    if found is None:
        return None
    return min(_DAY, float(found.group(1)) * _UNITS[found.group(2)[0].lower()])


def refused(reply: Reply) -> Refused:
    """Turn a 4xx or 5xx reply into an outcome; an unexpected 2xx or 3xx counts as temporary."""
    permanent = kind(reply) == b"5"
    text, status = words(reply), code(reply)
    return Refused(
        permanent=permanent,
        code=status,
        text=text or reply.decode("utf-8", "replace"),
        blame=blame(status, text),
        retry_after=None if permanent else retry_after(text),
    )


def reference(reply: Reply) -> str:
    """Give the server's own id for the accepted message, or "" when it does not tell."""
    found = _REFERENCES.search(reply) if len(reply) > SHORTEST else None
    if found is None:
        return ""
    return next(group for group in found.groups() if group).decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the server offers (its answer to EHLO). size: bytes, 0 when it does not say."""

    pipelining: bool = False
    chunking: bool = False
    dsn: bool = False
    starttls: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    takes_size: bool = False
    size: int = 0
    logins: frozenset[str] = frozenset()

    @classmethod
    def read(cls, reply: Reply) -> Extensions:
        """Read the lines of an EHLO reply; unknown words are passed over."""
        found: dict[str, list[str]] = {}
        for line in reply.split(b"\n")[1:]:
            # "AUTH=LOGIN" is an old Microsoft spelling that some servers still send.
            name, *values = line[4:].decode("ascii", "replace").upper().replace("=", " ").split(" ")
            found.setdefault(name, []).extend(values)
        size = found.get("SIZE") or ["0"]
        return cls(
            pipelining="PIPELINING" in found,
            chunking="CHUNKING" in found,
            dsn="DSN" in found,
            starttls="STARTTLS" in found,
            eight_bit="8BITMIME" in found,
            smtputf8="SMTPUTF8" in found,
            takes_size="SIZE" in found,
            size=int(size[0]) if size[0].isdigit() else 0,
            logins=frozenset(found.get("AUTH", [])),
        )
