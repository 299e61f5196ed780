"""HTML cut into blocks: headings, pictures and lines become their own, the rest stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sendout.core.message.blocks.kinds import Block
from sendout.core.message.blocks.reading import LONGEST_LINE, LONGEST_LINK, LONGEST_TEXT, read
from sendout.core.message.hidden import around_fields

_OPENED = {"div", "section", "article", "header", "footer", "center", "main", "body", "tbody"} | {
    "table", "tr", "td", "th", "figure", "thead",
}  # fmt: skip
_PLACED = "table, font, [style], [align], [bgcolor]"


def blocks_of_html(html: str) -> tuple[Block, ...]:
    """Give blocks that say what the HTML says; its layout and its styles are left behind."""
    body = LexborHTMLParser(html).body
    pieces = _joined(_pieces(body)) if body else ()
    return read([{"id": f"b{n}", **piece} for n, piece in zip(count(1), pieces, strict=False)])


def lost_of_html(html: str) -> list[str]:
    """Say in one sentence each what blocks do not take over of this HTML."""
    tree = LexborHTMLParser(html)
    sentences = {
        "Tables and their layout become plain text.": bool(tree.css("table")),
        "Colours, fonts and places of its own are left out.": bool(tree.css(_PLACED)),
        "Pictures inside a line of text stand on their own.": any(
            _words(picture.parent) for picture in tree.css("p img, li img")
        ),
    }
    return [sentence for sentence, is_so in sentences.items() if is_so]


def _pieces(node: LexborNode) -> Iterator[dict[str, Any]]:
    """Give a piece for each node below, in reading order; what only holds others is opened."""
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if re.fullmatch("h[1-6]", tag) and not child.css("img"):
            yield _heading(child)
        elif tag == "hr":
            yield {"kind": "divider"}
        elif tag == "img":
            yield _image(child, "")
        elif tag in _OPENED or child.css("img, hr"):
            yield from _opened(child)
        else:
            yield {"kind": "text", "html": child.html or ""}


def _opened(node: LexborNode) -> Iterator[dict[str, Any]]:
    """Give the pieces of a node that holds others; a link around pictures becomes theirs."""
    pictures = node.css("img") if node.tag == "a" else []
    if pictures and not _words(node):
        link = node.attributes.get("href") or ""
        yield from (_image(picture, link) for picture in pictures)
        return
    inside = list(_pieces(node))
    yield from inside
    if inside and inside[-1]["kind"] == "text":
        yield {"kind": "text", "html": "<br><br>"}


def _heading(node: LexborNode) -> dict[str, Any]:
    text = around_fields(node.html or "", True, lambda html: _words(LexborHTMLParser(html).body))
    return {"kind": "heading", "text": text[:LONGEST_LINE], "level": 1 if node.tag == "h1" else 2}


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node else ""


def _image(node: LexborNode, link: str) -> dict[str, Any]:
    source, alt = ((node.attributes.get(name) or "").strip() for name in ("src", "alt"))
    loads = re.fullmatch(r"https?://\S+", source) and len(source) <= LONGEST_LINK
    return {
        "kind": "image",
        "source": source if loads else "",
        "alt": alt[:LONGEST_LINE],
        "decorative": node.attributes.get("alt") == "",
        "link": link.strip()[:LONGEST_LINK],
    }


def _joined(pieces: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put neighbouring texts into one block, and leave out what says nothing."""
    text = ""
    for piece in pieces:
        if piece["kind"] == "text" and len(text) + len(piece["html"]) <= LONGEST_TEXT:
            text += piece["html"]
            continue
        yield from _text(text)
        text = ""
        if piece["kind"] == "text":
            text = piece["html"][:LONGEST_TEXT]
        elif piece.get("text", True) and piece.get("source", True):
            yield piece
    yield from _text(text)


def _text(html: str) -> Iterator[dict[str, Any]]:
    if _words(LexborHTMLParser(html).body):
        yield {"kind": "text", "html": html}
