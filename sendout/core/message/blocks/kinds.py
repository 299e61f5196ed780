"""What an email can be made of. Every text may hold merge fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """A line in large letters. level: 1 is the largest."""

    id: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs and lists. html: as `rich.clean` gives it."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture. source: the file name of an uploaded one, or a web address.

    decorative: says nothing, so it needs no alt text.
    """

    id: str
    source: str
    alt: str
    decorative: bool
    link: str


@dataclass(frozen=True, slots=True)
class Button:
    """A link that stands out."""

    id: str
    label: str
    link: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A line between two parts."""

    id: str


@dataclass(frozen=True, slots=True)
class Other:
    """From here on it is said in the other language, to those who read that."""

    id: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a time. starts, ends: on the organisation's clock, without a zone."""

    id: str
    title: str
    starts: datetime | None
    ends: datetime | None
    place: str
    note: str


Single = Heading | Text | Image | Button | Divider | Other | Event


@dataclass(frozen=True, slots=True)
class Columns:
    """Two columns beside one another; on a phone the left one stands above."""

    id: str
    left: tuple[Single, ...]
    right: tuple[Single, ...]


Block = Single | Columns

_NOTHING = re.compile(r"<[^>]*>|&nbsp;|\s")  # of a text: tags and blanks


def singles(blocks: Iterable[Block]) -> Iterator[Single]:
    """Give all blocks in reading order, those in columns too."""
    for block in blocks:
        if isinstance(block, Columns):
            yield from block.left
            yield from block.right
        else:
            yield block


def said(block: Single) -> Iterator[tuple[str, bool]]:
    """Give the texts of a block in which merge fields may stand, and whether they are HTML."""
    match block:
        case Heading(text=text):
            yield text, False
        case Text(html=html):
            yield html, True
        case Image(alt=alt, link=link):
            yield from ((alt, False), (link, False))
        case Button(label=label, link=link):
            yield from ((label, False), (link, False))
        case Event(title=title, place=place, note=note):
            yield from ((title, False), (place, False), (note, False))


def say_something(blocks: Iterable[Block]) -> bool:
    """Tell whether there is anything to read or to see in them."""
    return any(map(_says_something, singles(blocks)))


def _says_something(block: Single) -> bool:
    match block:
        case Heading(text=text) | Button(label=text) | Image(source=text):
            return bool(text.strip())
        case Text(html=html):
            return bool(_NOTHING.sub("", html))
        case Event(title=title, starts=starts):
            return bool(title.strip() or starts)
        case _:
            return False
