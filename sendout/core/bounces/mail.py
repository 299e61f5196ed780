"""A mail that came back: its own words, its report, and the message it returns."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sendout.core.bounces.parts import Headers, Part, parse_headers, split

MOST_WORDS = 20_000  # characters of what it says in its own words
LONGEST_LINE = 1_000

STATUS = ("message/delivery-status", "message/global-delivery-status")
RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
    "message/global-headers",
    "message/partial",
)

_TAG_ENDS_LINE = re.compile(r"<(?:br|/?p|/?div|/?tr|/?table|/?li|/?ul|/h\d|/?pre)\b[^<>]*>", re.I)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|<![^>]*>", re.I)
_UNSEEN = re.compile(r"<(script|style|title)\b[^>]*>.{0,20000}?</\1>", re.I | re.S)
# Where the copy of the message begins that a report in one piece returns.
_COPY = re.compile(
    r"""^(?:
      [\W_]{0,80}(?:(?:the|this|your|is|a|full|start|begin\w*|of|copy|below|text|enclosed|are|
        attached|undelivered|here|header|headers|from)[\ ]+){0,8}
      (?:original|old|returned|unsent|undelivered|rejected|failed|bounced|returning|
        line\ is\ a\ copy)
      [\ -]*(?:message|mail|content|text|headers?|e-?mail|of\ the\ message)
      (?:[\ ](?:headers?|text|body|source|follows|below|is|contents?|was|information|envelope|of|
        details?|as|received))*
      [\W_]*$
    | [\W_]{2,80}(?:original|returned|unsent|undelivered|copy|below|forwarded|message|header|
        this\ is\ a\ copy|enclosed\ (?:is|are)|nachricht|message\ d'origine|mensaje\ original)\b
      .{0,80}(?:message|mail|headers?|copy|follows|below|line|nachricht|origine|original)\b.*$
    | (?:received|x-received):[ \t]+(?:from|by|\(from)\b .*$
    | return-path:[ \t]*<.*$
    )""",
    re.I | re.M | re.X,
)
_HEADER_LINE = re.compile(
    r"^[ \t]{0,8}((?:received|return-path|message-id|from|to|subject|date|mime-version|"
    r"delivered-to|dkim-signature|x-[\w-]+):.*)$",
    re.I | re.M,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """words: what it says itself, without the copy of the message it is about.

    returned: the headers of that message, as far as they came back. status: the text of each
    delivery report (RFC 3464). feedback: that of a complaint (RFC 5965), or "".
    """

    headers: Headers
    parts: Sequence[Part]
    words: str
    returned: Headers
    status: Sequence[str]
    feedback: str


def open_mail(raw: bytes) -> Mail:
    """Take a mail apart. What an enclosed message contains is no report of this mail's own."""
    headers, parts = split(raw)
    own = [part for part in parts if part.depth == 0]
    written = _written(own)
    words, copy = _cut(written)
    enclosed = next((part for part in own if part.type in RETURNED), None)
    returned = parse_headers(enclosed.content.lstrip(b"\n")) if enclosed else _headers_in(copy)
    return Mail(
        headers,
        parts,
        words[:MOST_WORDS],
        returned,
        [part.text for part in own if part.type in STATUS],
        next((part.text for part in own if part.type == "message/feedback-report"), ""),
    )


def _written(parts: Sequence[Part]) -> str:
    """Give what people are to read: the plain text, or the HTML where there is none."""
    plain = [part.text for part in parts if part.type in ("text/plain", "text", "text/us-ascii")]
    if any(text.strip() for text in plain):
        return "\n".join(plain)
    return "\n".join(_as_text(part.text) for part in parts if part.type == "text/html")


def _as_text(source: str) -> str:
    source = _UNSEEN.sub(" ", source[: 10 * MOST_WORDS])
    text = _TAG.sub("", _TAG_ENDS_LINE.sub("\n", source.replace("\n", " ")))
    return html.unescape(text).replace("\xa0", " ")


def _cut(written: str) -> tuple[str, str]:
    """Part what the mail says from the copy it returns in the same text."""
    lines = written.splitlines()
    for number, line in enumerate(lines):
        if number and _COPY.match(line[:LONGEST_LINE]):
            return "\n".join(lines[:number]), "\n".join(lines[number:])
    return written, ""


def _headers_in(copy: str) -> Headers:
    first = _HEADER_LINE.search(copy)
    if first is None:
        return {}
    block = copy[first.start(1) :]
    return parse_headers(block.encode("utf-8", "replace"))
