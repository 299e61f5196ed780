"""Blocks as sections of MJML, the language in which layouts of emails are written.

What people wrote never goes through the MJML compiler: it stands for itself as a plain word, which
is replaced in the HTML that comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from itertools import groupby

from sendout.core.message.blocks.kinds import (
    Block,
    Button,
    Columns,
    Divider,
    Event,
    Heading,
    Image,
    Other,
    Single,
    Text,
    singles,
)
from sendout.core.message.blocks.links import destination
from sendout.core.message.colours import readable, words_on
from sendout.core.message.hidden import as_markup

WIDTH = 512  # pixels of what a section holds: 600 without the margins of page and card
GAP = 12  # pixels on either side of the middle of two columns
LINE = '<mj-divider border-width="1px" border-color="#d5dde6" padding="8px 0 24px" />'
_WORD = re.compile("saidhere([0-9]+)n")


@dataclass(frozen=True, slots=True)
class Shown:
    """An uploaded picture as it can be loaded. width: in pixels; 0 where nobody knows."""

    address: str
    width: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is said of an event beside its title and place.

    when: its time in words. link: where its calendar file is. words: of that link.
    """

    when: str
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a mail knows and its blocks do not. colour: the organisation's, as #rrggbb."""

    colour: str
    picture: Callable[[str], Shown | None]
    event: Callable[[Event], Invitation]


class Sections:
    """MJML of blocks, and what its plain words stand for."""

    def __init__(self) -> None:
        self.mjml = ""
        self._said: list[str] = []

    @classmethod
    def of_html(cls, html: str) -> Sections:
        """Give one section that says what the HTML says."""
        sections = cls()
        sections.mjml = _section(f"<mj-column>{sections.text(html)}</mj-column>", True, True)
        return sections

    def add_html(self, html: str) -> None:
        """Add a section at the end that says what the HTML says; none for nothing."""
        if html:
            self.mjml += _section(f"<mj-column>{self.text(html)}</mj-column>", False, True)

    def put(self, page: str, style: Callable[[str], str]) -> str:
        """Put what was written into the HTML made of the MJML. style: adds styles to HTML."""
        said = [style(text) if text.startswith("<") else text for text in self._said]
        return _WORD.sub(lambda found: said[int(found[1])], page)

    def word(self, html: str) -> str:
        """Give a plain word that stands for this HTML."""
        self._said.append(html)
        return f"saidhere{len(self._said) - 1}n"

    def text(self, html: str, more: str = "") -> str:
        """Write an element that shows HTML; nothing for nothing. more: attributes of it."""
        shown = f'<mj-text css-class="so-text" {more}>{self.word(html)}</mj-text>'
        return shown if html else ""


class Compiled(Sections):
    """Sections made of blocks."""

    def __init__(self, blocks: Iterable[Block], around: Surroundings) -> None:
        super().__init__()
        self._around = around
        parts = [
            self._section_of(list(together))
            for _, together in groupby(blocks, lambda each: isinstance(each, Columns) and each.id)
        ]
        last = len(parts) - 1
        self.mjml = "".join(_section(part, not n, n == last) for n, part in enumerate(parts))

    def _section_of(self, blocks: list[Block]) -> str:
        """Write blocks that stand below one another, or the one that has two columns."""
        if isinstance(blocks[0], Columns):
            return self._columns(blocks[0])
        inside = "".join(self._element(block, WIDTH) for block in singles(blocks))
        return f"<mj-column>{inside}</mj-column>"

    def _columns(self, block: Columns) -> str:
        width = WIDTH // 2 - GAP
        return "".join(
            f'<mj-column css-class="so-side" padding="{padding}">'
            + "".join(self._element(one, width) for one in side)
            + "</mj-column>"
            for side, padding in ((block.left, f"0 {GAP}px 0 0"), (block.right, f"0 0 0 {GAP}px"))
        )

    def _element(self, block: Single, width: int) -> str:
        match block:
            case Heading():
                size, tag = (26, "h1") if block.level == 1 else (20, "h2")
                said = f'<{tag} style="margin:0 0 12px">{as_markup(block.text)}</{tag}>'
                return self.text(said, f'font-size="{size}px" line-height="1.3"')
            case Text():
                return self.text(block.html)
            case Image():
                return self._image(block, width)
            case Button():
                return self._button(block)
            case Divider() | Other():
                return LINE if isinstance(block, Divider) else ""
            case Event():
                return self._event(block)

    def _image(self, block: Image, width: int) -> str:
        picture = self._around.picture(block.source)
        if picture is None:
            return ""
        alt = self.word(as_markup("" if block.decorative else block.alt))
        link = destination(block.link)
        leads = f'href="{self.word(as_markup(link))}"' if link else ""
        return (
            f'<mj-image css-class="so-text" src="{self.word(as_markup(picture.address))}" '
            f'alt="{alt}" {leads} width="{min(picture.width or width, width)}px" '
            'font-size="16px" padding="0 0 16px" />'
        )

    def _button(self, block: Button) -> str:
        if not block.label:
            return ""
        link = destination(block.link)
        leads = f'href="{self.word(as_markup(link))}"' if link else ""
        colour = self._around.colour
        return (
            f'<mj-button {leads} background-color="{colour}" color="{words_on(colour)}" '
            'font-size="16px" font-weight="600" border-radius="6px" inner-padding="13px 26px" '
            f'padding="4px 0 24px">{self.word(as_markup(block.label))}</mj-button>'
        )

    def _event(self, block: Event) -> str:
        said = self._around.event(block)
        lines = [
            f"<strong>{as_markup(block.title)}</strong>" if block.title else "",
            escape(said.when),
            as_markup(block.place),
            as_markup(block.note).replace("\n", "<br>"),
            f'<a href="{escape(said.link)}">{escape(said.words)}</a>' if said.link else "",
        ]
        html = "<br>".join(line for line in lines if line)
        if not html:
            return ""
        edge = readable(self._around.colour)
        cell = f"padding:2px 0 2px 18px;border-left:4px solid {edge}"
        return self.text(
            '<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0" '
            f'style="margin:0 0 24px"><tr><td style="{cell}">{html}</td></tr></table>'
        )


def _section(inside: str, first: bool, last: bool) -> str:
    """Write a part of the white card. first, last: whether nothing of it stands above, below."""
    margins = f"{28 * first}px 28px {12 * last}px"
    corners = 'border-radius="0 0 8px 8px"' if last else ""
    return (
        f'<mj-section css-class="so-card" background-color="#ffffff" padding="{margins}" {corners}>'
        f"{inside}</mj-section>"
    )
