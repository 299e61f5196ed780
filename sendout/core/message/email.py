"""An email compiled once per send-out: constants encoded already, and slots for values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sendout.core.message import headers, quoted
from sendout.core.message.template import Template, escape_header, escape_html

Encode = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a send-out says by email, the same for everyone.

    html: escaped for HTML when filled; text: as it is; subject: header-safe. message_domain:
    right side of Message-IDs. one_click: whether the unsubscribe address takes a POST
    (RFC 8058). headers: further fields, such as Feedback-ID.
    """

    from_name: str
    from_address: str
    subject: Template
    html: Template
    text: Template
    message_domain: str
    reply_to: str | None = None
    one_click: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Slot:
    key: str
    fallback: str  # encoded already
    encode: Encode
    places: tuple[int, ...]  # where in the body's pieces the value goes


@dataclass(frozen=True, slots=True)
class CompiledEmail:
    """A letter of which only the values are missing. About 10 µs a message."""

    origin: str
    subject: Template
    subject_line: str  # the whole field where it has no slots, else empty
    message_domain: str
    one_click: str
    rest: str
    pieces: tuple[str, ...]
    slots: tuple[_Slot, ...]

    def fill(
        self,
        values: Mapping[str, str],
        *,
        to_name: str,
        to_address: str,
        message_id: str,
        date: str,
        unsubscribe_url: str | None = None,
    ) -> bytes:
        """Return one whole message (RFC 5322), with CRLF and nothing to dot-stuff.

        values: by folded name; `unsubscribe_url` is also one of them where a body asks for it.
        message_id: left side. date: as in RFC 5322 3.3. Without unsubscribe_url there is no
        List-Unsubscribe. Raises BadAddress or ValueError for what would break a header.
        """
        pieces = list(self.pieces)
        for slot in self.slots:
            value = values.get(slot.key)
            coded = slot.encode(value) if value else slot.fallback
            for place in slot.places:
                pieces[place] = coded
        to = headers.mailbox("To", to_name, to_address)
        identity = headers.bare("message id", message_id)
        pieces[0] = (
            f"Date: {escape_header(date)}\r\n{self.origin}{to}\r\n{self._subject(values)}\r\n"
            f"Message-ID: <{identity}@{self.message_domain}>\r\n"
            f"{self._unsubscribe(unsubscribe_url)}{self.rest}"
        )
        return "".join(pieces).encode()

    def _subject(self, values: Mapping[str, str]) -> str:
        if self.subject_line:
            return self.subject_line
        return headers.unstructured("Subject", self.subject.fill(values, escape_header))

    def _unsubscribe(self, url: str | None) -> str:
        if not url:
            return ""
        return f"List-Unsubscribe: <{headers.bare('unsubscribe address', url)}>\r\n{self.one_click}"


def compile_email(letter: Letter) -> CompiledEmail:
    """Do all that is the same for every recipient of a send-out.

    Raises BadAddress when the from or reply-to address cannot stand in a header, ValueError
    for a bad header name or message domain.
    """
    boundary = _boundary(letter)
    pieces, slots = _collect(_body(letter, boundary))
    return CompiledEmail(
        origin=_origin(letter),
        subject=letter.subject,
        subject_line=_constant_subject(letter.subject),
        message_domain=headers.bare("message domain", letter.message_domain),
        one_click="List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" * letter.one_click,
        rest=_rest(letter, boundary),
        pieces=pieces,
        slots=slots,
    )


def encode_html(value: str) -> str:
    """Make a value ready to stand in a quoted-printable HTML part."""
    if value.isalnum() and value.isascii():
        return quoted.encode_value(value)
    return quoted.encode_value(escape_html(value))


def _boundary(letter: Letter) -> str:
    """RFC 2045 6.7: `=_` cannot occur in quoted-printable, so the boundary never does."""
    said = "\0".join((*letter.html.constants, *letter.text.constants))
    return "=_" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24]


def _origin(letter: Letter) -> str:
    lines = [headers.mailbox("From", letter.from_name, letter.from_address)]
    if letter.reply_to:
        lines.append(headers.mailbox("Reply-To", "", letter.reply_to))
    return "".join(f"{line}\r\n" for line in lines)


def _constant_subject(subject: Template) -> str:
    """The whole field, or nothing where it differs from one recipient to the next."""
    return "" if subject.slots else headers.unstructured("Subject", subject.constants[0])


def _rest(letter: Letter, boundary: str) -> str:
    lines = [headers.unstructured(name, text) for name, text in letter.headers.items()]
    lines.append("MIME-Version: 1.0")
    lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"')
    return "".join(f"{line}\r\n" for line in lines)


def _body(letter: Letter, boundary: str) -> Iterator[str | tuple[str, str, Encode]]:
    """Yield constants, encoded, and slots, as (key, encoded fallback, encode)."""
    yield from _part("plain", letter.text, quoted.encode_value, boundary)
    yield from _part("html", letter.html, encode_html, boundary)
    yield f"\r\n--{boundary}--\r\n"


def _part(
    subtype: str, template: Template, encode: Encode, boundary: str
) -> Iterator[str | tuple[str, str, Encode]]:
    yield (
        f"\r\n--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    for constant, slot in zip(template.constants, template.slots, strict=False):
        yield quoted.encode_constant(constant)
        yield slot.key, encode(slot.fallback) if slot.fallback else "", encode
    yield quoted.encode(template.constants[-1])


def _collect(
    body: Iterator[str | tuple[str, str, Encode]],
) -> tuple[tuple[str, ...], tuple[_Slot, ...]]:
    """Join neighbouring constants, and the places of a slot that comes several times."""
    pieces = [""]  # the first is the header's
    places: dict[tuple[str, str, Encode], list[int]] = {}
    constant = ""
    for piece in body:
        if isinstance(piece, str):
            constant += piece
            continue
        pieces += [constant, ""]
        constant = ""
        places.setdefault(piece, []).append(len(pieces) - 1)
    pieces.append(constant)
    slots = [_Slot(*slot, tuple(where)) for slot, where in places.items()]
    return tuple(pieces), tuple(slots)
