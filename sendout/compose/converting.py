"""A message's text taken from one format to another, with what is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sendout.compose.markup import clean, from_markdown, is_document
from sendout.compose.models import BodyFormat, Message
from sendout.core.message.blocks.from_html import blocks_of_html, lost_of_html
from sendout.core.message.blocks.kinds import Block, Other
from sendout.core.message.blocks.reading import OTHER, read, write
from sendout.core.message.blocks.simple import lost, simple_html
from sendout.core.message.markdown import markdown_of


@dataclass(frozen=True, slots=True)
class Converted:
    """The text in its new format: either a body or blocks. lost: sentences, in English."""

    body: str
    blocks: tuple[Block, ...]
    lost: list[str]


def convert(body: str, blocks: Sequence[Block], before: str, after: str) -> Converted:
    """Take a text from the format `before` to the format `after`.

    Raises BadStyle for HTML that is nested too deeply, BadBlocks for more than blocks can hold.
    """
    html, missing = _as_html(body, blocks, before)
    if after == BodyFormat.BLOCKS:
        missing = lost_of_html(html) if before == BodyFormat.HTML else []
        return Converted("", blocks_of_html(clean(html)), _of_document(body, before) + missing)
    if after == BodyFormat.MARKDOWN:
        if before == BodyFormat.HTML:
            missing = _of_document(body, before) + lost_of_html(html)
        return Converted(markdown_of(clean(html)), (), missing)
    return Converted(html, (), missing)


def convert_both(
    bodies: tuple[str, str], blocks: Sequence[Block], before: str, after: str
) -> tuple[Converted, str]:
    """Do the same with a text in two languages; gives the second body beside.

    bodies: of both languages; the second is empty where there is one alone. Blocks hold both, and
    `Other` between them.
    """
    place = next((n for n, each in enumerate(blocks) if isinstance(each, Other)), len(blocks))
    first = convert(bodies[0], blocks[:place], before, after)
    if before == BodyFormat.BLOCKS:
        behind = convert("", blocks[place + 1 :], before, after)
        lost = [*dict.fromkeys((*first.lost, *behind.lost))]
        return Converted(first.body, first.blocks, lost), behind.body
    if not bodies[1].strip():
        return first, ""
    second = convert(bodies[1], (), before, after)
    lost = [*dict.fromkeys((*first.lost, *second.lost))]
    if after != BodyFormat.BLOCKS:
        return Converted(first.body, (), lost), second.body
    raw = [*write(first.blocks), {"kind": OTHER}, *write(second.blocks)]
    joined = read([{**each, "id": f"b{n}"} for n, each in enumerate(raw)])
    return Converted("", joined, lost), ""


def written_html(message: Message) -> str:
    """Give the HTML of what was written, without what is put around it."""
    is_blocks = message.body_format == BodyFormat.BLOCKS
    blocks = read(message.blocks) if is_blocks else ()
    return _as_html(message.body, blocks, message.body_format)[0]


def _as_html(body: str, blocks: Sequence[Block], before: str) -> tuple[str, list[str]]:
    if before == BodyFormat.BLOCKS:
        return simple_html(blocks), lost(blocks)
    if before == BodyFormat.MARKDOWN:
        return from_markdown(body), []
    return body, []


def _of_document(body: str, before: str) -> list[str]:
    whole = before == BodyFormat.HTML and is_document(body)
    return ["Its own page with its own layout is left behind."] * whole
