"""Markdown that says what simple HTML says: paragraphs, lists, quotes, links, pictures."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sendout.core.message.hidden import around_fields
from sendout.core.message.template import parse

_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>~])")
_BEGINNING = re.compile(r"^(\d*)([#>+-]|(?<=\d)[.)])", re.M)
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#&+\-.!|~])")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = {"p", "ul", "ol", "blockquote", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div"}


def markdown_of(html: str) -> str:
    """Write HTML as Markdown; what Markdown has no mark for keeps its words."""
    written = around_fields(html, True, _document)
    # Markdown is no HTML: its fields stand without entities.
    template = parse(written, markup=True)
    fields = [
        f"{{{{ {slot.name}{'|' if slot.fallback else ''}{slot.fallback} }}}}"
        for slot in template.slots
    ]
    return "".join(
        part + field for part, field in zip(template.constants, [*fields, ""], strict=True)
    )


def escape_markdown(value: str) -> str:
    """Make a value stand in Markdown as it is: no mark, no link, no merge field."""
    return _PUNCTUATION.sub(r"\\\1", value)


def _document(html: str) -> str:
    body = LexborHTMLParser(html).body
    return _blocks(body) + "\n" if body and _blocks(body) else ""


def _blocks(node: LexborNode) -> str:
    """Write what stands in a node, a blank line between its blocks."""
    parts, line = [], ""
    for child in node.iter(include_text=True):
        if child.tag in _BLOCKS:
            parts += [_line(line), _block(child)]
            line = ""
        else:
            line += _inline(child)
    return "\n\n".join(part for part in [*parts, _line(line)] if part)


def _block(node: LexborNode) -> str:
    tag = node.tag or ""
    if tag == "hr":
        return "---"
    if tag in ("ul", "ol"):
        return _list(node, ordered=tag == "ol")
    if tag == "blockquote":
        return "\n".join(f"> {line}".rstrip() for line in _blocks(node).split("\n"))
    if tag.startswith("h"):
        words = " ".join(_blocks(node).split())
        return f"{'#' * int(tag[1])} {words}" if words else ""
    return _blocks(node)


def _list(node: LexborNode, ordered: bool) -> str:
    items = []
    for number, item in enumerate((child for child in node.iter() if child.tag == "li"), 1):
        mark = f"{number}. " if ordered else "- "
        inside = re.sub(r"\n\n(?=\s*(?:- |\d+\. ))", "\n", _blocks(item))
        items.append(mark + inside.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _inline(node: LexborNode) -> str:
    tag = node.tag or ""
    if tag == "-text":
        return _SPECIAL.sub(r"\\\1", _BLANKS.sub(" ", node.text_content or ""))
    if tag == "br":
        return "\n"
    if tag == "img":
        return f"![{node.attributes.get('alt') or ''}]({node.attributes.get('src') or ''})"
    inside = "".join(_inline(child) for child in node.iter(include_text=True))
    if tag == "a" and (address := node.attributes.get("href")):
        return f"[{inside}]({address})"
    mark = _MARKS.get(tag, "")
    words = inside.strip()
    if not mark or not words:
        return inside
    before, _, after = inside.partition(words)
    return f"{before}{mark}{words}{mark}{after}"


def _line(text: str) -> str:
    text = "\n".join(line.strip() for line in text.strip().split("\n"))
    return _BEGINNING.sub(r"\1\\\2", text) if not text.startswith("![") else text
