"""Markdown and HTML made ready for an email; merge fields come through untouched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import css_inline
import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from sendout.core.message.hidden import around_fields

TAGS = nh3.ALLOWED_TAGS | {"center", "font", "section", "article", "header", "footer", "u", "s"}
_PLACED = {"align", "valign", "bgcolor", "width", "height", "background"}
ATTRIBUTES = {
    "*": {"style", "class", "title", "lang", "dir", "role", "aria-label", "aria-hidden"},
    "a": {"href", "name", "target", "data-track", "clicktracking"},
    "img": {"src", "alt", "width", "height", "border", "align"},
    "table": _PLACED | {"border", "cellpadding", "cellspacing"},
    "tr": _PLACED,
    "td": _PLACED | {"colspan", "rowspan", "nowrap"},
    "th": _PLACED | {"colspan", "rowspan", "nowrap", "scope"},
    "font": {"color", "face", "size"},
    "hr": {"width", "size", "align"},
    **{tag: {"align"} for tag in ("p", "div", "h1", "h2", "h3", "h4")},
    "ol": {"start", "type"},
}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    clean_content_tags={"script", "style", "title", "iframe", "object", "noscript"},
    link_rel=None,
)
# Remote style sheets would let anybody who writes a message make the server fetch an address.
_INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False, keep_at_rules=True, keep_link_tags=True
)
_WHOLE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\b|html\b|head\b|body\b)", re.I | re.S)
_ADDRESS = re.compile(r"//[^\s<>\"]*[^\s<>\".,;:!?'*_)\]]")


def is_document(body: str) -> bool:
    """Tell whether HTML is a whole document rather than a piece of one."""
    return bool(_WHOLE.match(body))


def from_markdown(body: str) -> str:
    """Make HTML from Markdown; HTML in it is shown as text, bare web addresses become links."""
    return around_fields(body, False, _MARKDOWN.render)


def clean(fragment: str) -> str:
    """Keep what an email may hold of an HTML fragment: no scripts, forms or frames.

    Raises BadStyle when it is nested too deeply.
    """
    refuse_depth(fragment)
    return around_fields(fragment, True, _CLEANER.clean)


class BadStyle(ValueError):
    """The HTML of the message cannot be made ready; the words are for the person who wrote it."""


DEEPEST = 250  # elements open at once; css_inline overflows its stack at some thousands
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
# Elements without an end, and those that the next of their kind ends.
_ENDING = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
    | {"p", "li", "td", "th", "tr", "dt", "dd"}
)


def refuse_depth(html: str) -> None:
    """Raise BadStyle when the elements of HTML stand inside one another too deeply to be read."""
    opened: Counter[str] = Counter()
    depth = 0
    for end, written in _TAG.findall(html):
        name = written.lower()
        if name in _ENDING or (end and not opened[name]):
            continue
        opened[name] += -1 if end else 1
        depth += -1 if end else 1
        if depth > DEEPEST:
            raise BadStyle(
                f"The email text has more than {DEEPEST} elements inside one another: close what "
                "was left open, or simplify its HTML."
            )


def inline_styles(fragment: str, css: str) -> str:
    """Write the rules of a style sheet onto the elements of an HTML fragment.

    Raises BadStyle when the fragment's own styles cannot be read.
    """
    return _inline(fragment, lambda text: _INLINER.inline_fragment(text, css))


def inline_document(document: str) -> str:
    """Write a document's own style sheet onto its elements, media queries left where they are.

    Raises BadStyle when its styles cannot be read, or it is nested too deeply.
    """
    refuse_depth(document)
    return _inline(document, _INLINER.inline) if "<style" in document.lower() else document


def _inline(text: str, change: Callable[[str], str]) -> str:
    try:
        return around_fields(text, True, change)
    except css_inline.InlineError as error:
        raise BadStyle(
            f"A style in the email text cannot be read ({error}): correct its HTML."
        ) from error


def _link_addresses(state: StateInline, silent: bool) -> bool:
    """Make a link of a bare http or https address; the parser calls this at its colon."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = re.search(r"(?:^|[^\w])(https?)$", state.pending[-6:], re.I)
    if not scheme:
        return False
    found = _ADDRESS.match(state.src, state.pos + 1, state.posMax)
    if not found:
        return False
    if not silent:
        address = f"{scheme[1]}:{found[0]}"
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(address)}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_MARKDOWN.enable(["table", "strikethrough"])
_MARKDOWN.inline.ruler.before("escape", "link_addresses", _link_addresses)
