"""An email compiled once per send-out: constants encoded already, and slots for values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sendout.core.message import headers, quoted
from sendout.core.message.template import Slot, Template, escape_header, escape_html, fields
from sendout.core.message.tracking import CLICK, OPEN, PersonalLink, Tracked, Tracking, track

Encode = Callable[[str], str]

_REMEMBERED = 1_000  # values of a slot: first names and groups come again, addresses do not
_TOKENS = {CLICK.key, OPEN.key}
_PLAIN_IN_HTML = re.compile(r"(?!\.|From )[ !#-%(-;?-~]{1,75}").fullmatch


@dataclass(frozen=True, slots=True)
class Letter:
    """What a send-out says by email, the same for everyone.

    html: escaped for HTML when filled; text: as it is; subject: header-safe. message_domain:
    right side of Message-IDs. one_click: whether the unsubscribe address takes a POST
    (RFC 8058). list_id: what such an address is for (RFC 2919). headers: further fields, such as
    Feedback-ID. tracking: where the links of the HTML lead instead, None to leave them. has_files:
    whether files go along inside. boundary_of: what the boundaries are made from, the same for
    letters that share their files; the texts, if not given.
    """

    from_name: str
    from_address: str
    subject: Template
    html: Template
    text: Template
    message_domain: str
    reply_to: str | None = None
    one_click: bool = True
    list_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tracking: Tracking | None = None
    has_files: bool = False
    boundary_of: str = ""


class _Slot(NamedTuple):
    """Where a value goes. places: in the body's pieces. known: values encoded before."""

    key: str
    fallback: str  # encoded already
    encode: Encode
    places: tuple[int, ...]
    known: dict[str, str]


class _Place(NamedTuple):
    """A place of a slot, not yet put together with its others."""

    key: str
    fallback: str
    encode: Encode


class _LinkPlace(NamedTuple):
    """Where the address of a link goes that is another one for each recipient."""

    link: PersonalLink
    place: int


@dataclass(frozen=True, slots=True)
class CompiledEmail:
    """A letter of which only the values are missing. About 5 µs a message.

    boundary: what stands before each of its files (`attached.tail`); empty where none go along.
    """

    origin: str
    subject: Template
    subject_line: str  # the whole field where it has no slots, else empty
    message_domain: str
    list_fields: str  # that go with a List-Unsubscribe
    rest: str
    pieces: tuple[str, ...]
    slots: tuple[_Slot, ...]
    links: tuple[_LinkPlace, ...]
    tracking: Tracking | None
    boundary: str = ""

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

        Where files go along inside, what `attached.tail` made of them is to follow.

        values: by folded name; `unsubscribe_url` is also one of them where a body asks for it,
        and `tracking.CLICK` and `OPEN` where the letter is tracked.
        message_id: left side. date: as in RFC 5322 3.3. Without unsubscribe_url there is no
        List-Unsubscribe. Raises BadAddress or ValueError for what would break a header.
        """
        pieces = self._body(values)
        to = headers.mailbox("To", to_name, to_address)
        identity = headers.bare("message id", message_id)
        pieces[0] = (
            f"Date: {escape_header(date)}\r\n{self.origin}{to}\r\n{self._subject(values)}\r\n"
            f"Message-ID: <{identity}@{self.message_domain}>\r\n"
            f"{self._unsubscribe(unsubscribe_url)}{self.rest}"
        )
        return "".join(pieces).encode()

    def is_plain(self, to_address: str) -> bool:
        """Tell whether a message to this address is ASCII, as all but some addresses are."""
        return to_address.isascii() and self.origin.isascii()

    @property
    def asked(self) -> set[str]:
        """The merge fields that are asked for, folded."""
        texts = [self.subject, *(link.url for link, _ in self.links)]
        return {slot.key for slot in self.slots}.union(*map(fields, texts))

    def _body(self, values: Mapping[str, str]) -> list[str]:
        pieces = list(self.pieces)
        for key, fallback, encode, places, known in self.slots:
            value = values.get(key)
            if not value:
                coded = fallback
            elif value in known:
                coded = known[value]
            else:
                coded = encode(value)
                if len(known) < _REMEMBERED:
                    known[value] = coded
            for place in places:
                pieces[place] = coded
        if self.tracking:
            for link, place in self.links:
                pieces[place] = encode_html(link.address(values, self.tracking))
        return pieces

    def _subject(self, values: Mapping[str, str]) -> str:
        if self.subject_line:
            return self.subject_line
        return headers.unstructured("Subject", self.subject.fill(values, escape_header))

    def _unsubscribe(self, url: str | None) -> str:
        if not url:
            return ""
        return (
            f"List-Unsubscribe: <{headers.bare('unsubscribe address', url)}>\r\n{self.list_fields}"
        )


def compile_email(letter: Letter) -> CompiledEmail:
    """Do all that is the same for every recipient of a send-out.

    Raises BadAddress when the from or reply-to address cannot stand in a header, ValueError
    for a bad header name or message domain.
    """
    boundary, outer = _boundaries(letter)
    pieces, slots, links = _collect(_body(letter, boundary, outer))
    return CompiledEmail(
        origin=_origin(letter),
        subject=letter.subject,
        subject_line=_constant_subject(letter.subject),
        message_domain=headers.bare("message domain", letter.message_domain),
        list_fields=_list_fields(letter),
        rest=_rest(letter, outer or boundary),
        pieces=pieces,
        slots=slots,
        links=links,
        tracking=letter.tracking,
        boundary=outer,
    )


def encode_html(value: str) -> str:
    """Make a value ready to stand in a quoted-printable HTML part."""
    if _PLAIN_IN_HTML(value):
        return value + quoted.SOFT
    return quoted.encode_value(escape_html(value))


def _encode_token(token: str) -> str:
    return token + quoted.SOFT


def _boundaries(letter: Letter) -> tuple[str, str]:
    """Give what parts the two texts, and what parts them from the files; empty without any.

    RFC 2045 6.7 and 6.8: `=_` cannot occur in quoted-printable, nor in base64. Neither of the two
    begins like the other.
    """
    said = letter.boundary_of or "\0".join((*letter.html.constants, *letter.text.constants))
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:24]
    return f"=_{digest}", f"=_files_{digest}" if letter.has_files else ""


def _origin(letter: Letter) -> str:
    lines = [headers.mailbox("From", letter.from_name, letter.from_address)]
    if letter.reply_to:
        lines.append(headers.mailbox("Reply-To", "", letter.reply_to))
    return "".join(f"{line}\r\n" for line in lines)


def _list_fields(letter: Letter) -> str:
    lines = ["List-Unsubscribe-Post: List-Unsubscribe=One-Click"] * letter.one_click
    if letter.list_id:
        lines.append(f"List-Id: <{headers.bare('list id', letter.list_id)}>")
    return "".join(f"{line}\r\n" for line in lines)


def _constant_subject(subject: Template) -> str:
    """The whole field, or nothing where it differs from one recipient to the next."""
    return "" if subject.slots else headers.unstructured("Subject", subject.constants[0])


def _rest(letter: Letter, boundary: str) -> str:
    lines = [headers.unstructured(name, text) for name, text in letter.headers.items()]
    lines.append("MIME-Version: 1.0")
    lines.append(_multipart("mixed" if letter.has_files else "alternative", boundary))
    return "".join(f"{line}\r\n" for line in lines)


def _multipart(subtype: str, boundary: str) -> str:
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"'


def _body(letter: Letter, boundary: str, outer: str) -> Iterator[str | _Place | PersonalLink]:
    """Yield constants, encoded, and what goes between them."""
    if outer:
        yield f"\r\n--{outer}\r\n{_multipart('alternative', boundary)}\r\n"
    page = track(letter.html, letter.tracking) if letter.tracking else letter.html
    yield from _part("plain", letter.text, quoted.encode_value, boundary)
    yield from _part("html", page, encode_html, boundary)
    yield f"\r\n--{boundary}--\r\n"


def _part(
    subtype: str, text: Template | Tracked, encode: Encode, boundary: str
) -> Iterator[str | _Place | PersonalLink]:
    yield (
        f"\r\n--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    for constant, slot in zip(text.constants, text.slots, strict=False):
        yield quoted.encode_constant(constant)
        yield _place(slot, encode) if isinstance(slot, Slot) else slot
    yield quoted.encode(text.constants[-1])


def _place(slot: Slot, encode: Encode) -> _Place:
    if slot.key in _TOKENS:
        return _Place(slot.key, "", _encode_token)
    return _Place(slot.key, encode(slot.fallback) if slot.fallback else "", encode)


def _collect(
    body: Iterator[str | _Place | PersonalLink],
) -> tuple[tuple[str, ...], tuple[_Slot, ...], tuple[_LinkPlace, ...]]:
    """Join neighbouring constants, and the places of a slot that comes several times."""
    pieces = [""]  # the first is the header's
    places: dict[_Place, list[int]] = {}
    links = []
    constant = ""
    for piece in body:
        if isinstance(piece, str):
            constant += piece
            continue
        pieces += [constant, ""]
        constant = ""
        if isinstance(piece, PersonalLink):
            links.append(_LinkPlace(piece, len(pieces) - 1))
        else:
            places.setdefault(piece, []).append(len(pieces) - 1)
    pieces.append(constant)
    slots = [_Slot(*place, tuple(where), {}) for place, where in places.items()]
    return tuple(pieces), tuple(slots), tuple(links)
