"""The plain-text part, made from the HTML one for those who cannot or will not see HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SILENT = frozenset(("head", "script", "style", "template", "svg", "iframe", "object", "select"))
_PARAGRAPHS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "hr")
)
_LINES = frozenset(
    ("div", "section", "article", "header", "footer", "main", "nav", "aside", "address", "center")
) | frozenset(
    ("figure", "figcaption", "caption", "form", "fieldset", "tr", "td", "th", "li", "dt", "dd")
)
_HIDDEN = re.compile(r"(?:display:none|visibility:hidden|mso-hide:all)")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_RULE = "-" * 20


def plain_text(html: str) -> str:
    """Write HTML as plain text: links as `text (address)`, one line a paragraph, cell or item.

    Merge fields pass through, so this works on a template before it is parsed.
    """
    body = LexborHTMLParser(html).body
    writer = _Writer()
    for node, entering in _walk(body) if body else ():
        (writer.enter if entering else writer.leave)(node)
    writer.end_line()
    return "\n".join(writer.lines) + "\n" if writer.lines else ""


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yield each shown node when it begins and when it ends; strangers may nest without end."""
    stack = [(root, True)]
    while stack:
        node, entering = stack.pop()
        if entering and _is_hidden(node):
            continue
        yield node, entering
        if entering:
            stack.append((node, False))
            children = [(child, True) for child in node.iter(include_text=True)]
            stack.extend(reversed(children))


def _is_hidden(node: LexborNode) -> bool:
    if node.tag in _SILENT:
        return True
    if node.tag == "-text":
        return False
    style = (node.attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in node.attributes or bool(_HIDDEN.search(style))


class _Writer:
    """The text so far, and where in lists, quotes and links the next word stands."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line = ""
        self._blank_due = False
        self._indents: list[str] = []
        self._marker = ""
        self._counters: list[int] = []  # of the open lists; negative for bullets
        self._links: list[list[str]] = []  # what was said inside each open link
        self._verbatim = 0

    def enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._say(node.text_content or "")
            return
        self._break(tag)
        self._space(tag)
        if tag == "br":
            self.end_line()
        elif tag == "hr":
            self._say(_RULE)
        elif tag == "img":
            self._say(node.attributes.get("alt") or "")
        elif tag == "a":
            self._links.append([])
        elif tag in ("ul", "ol"):
            self._counters.append(_first_number(node) if tag == "ol" else -1)
        elif tag == "li":
            self._begin_item()
        elif tag == "blockquote":
            self._indents.append("> ")
        elif tag == "pre":
            self._verbatim += 1

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "a":
            self._end_link((node.attributes.get("href") or "").strip())
        self._break(tag)
        if tag in ("ul", "ol"):
            self._counters.pop()
        elif tag in ("li", "blockquote"):
            self._indents.pop()
            self._marker = ""
        elif tag == "pre":
            self._verbatim -= 1
        self._space(tag)

    def end_line(self) -> None:
        """Put the line down, if it says anything."""
        line = self._line if self._verbatim else _BLANKS.sub(" ", self._line).strip()
        self._line = ""
        if not line.strip():
            return
        if self._blank_due and self.lines:
            within = self._in_quote() and self.lines[-1].lstrip().startswith(">")
            self.lines.append("".join(self._indents).rstrip() if within else "")
        self._blank_due = False
        before = [*self._indents[:-1], self._marker] if self._marker else self._indents
        self.lines.append("".join(before) + line.rstrip())
        self._marker = ""

    def _say(self, text: str) -> None:
        for link in self._links:
            link.append(text)
        if not self._verbatim:
            self._line += _BLANKS.sub(" ", text)
            return
        first, *more = text.split("\n")
        self._line += first
        for line in more:
            self.end_line()
            self._line = line

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS or tag in _LINES:
            self.end_line()

    def _space(self, tag: str) -> None:
        """Ask for a blank line around paragraphs; lists stay close."""
        if tag in _PARAGRAPHS and not self._counters:
            self._blank_due = True

    def _begin_item(self) -> None:
        number = self._counters[-1] if self._counters else -1
        self._marker = "- " if number < 0 else f"{number}. "
        if number >= 0:
            self._counters[-1] += 1
        self._indents.append(" " * len(self._marker))

    def _end_link(self, address: str) -> None:
        said = " ".join("".join(self._links.pop()).split()) if self._links else ""
        bare = re.sub(r"^(?:https?://|mailto:|tel:)", "", address)
        shown = said in (address, bare, bare.rstrip("/"))
        if not address or shown or address.startswith(("#", "javascript:")):
            return
        self._say(f" ({address})" if said else address)

    def _in_quote(self) -> bool:
        return "> " in self._indents


def _first_number(node: LexborNode) -> int:
    start = node.attributes.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
