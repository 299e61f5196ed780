"""The text of a block, kept to what every mail program shows."""

from __future__ import annotations

import re

import nh3

from sendout.core.message.hidden import around_fields

TAGS = {
    "p", "br", "strong", "em", "b", "i", "u", "s", "del", "a", "ul", "ol", "li", "blockquote",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
# Shapes that become one of the above: what editors and word processors write.
_TURNED = _HEADINGS | {"div", "tr", "td", "th", "pre", "dt", "dd"}
_SILENT = {"script", "style", "title", "head", "xml", "iframe", "object", "noscript", "template"}

_FIRST = nh3.Cleaner(
    tags=TAGS | _TURNED,
    attributes={"a": {"href"}},
    url_schemes=SCHEMES,
    clean_content_tags=_SILENT,
    link_rel=None,
    strip_comments=True,
)
_LAST = nh3.Cleaner(
    tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None, strip_comments=True
)
_BREAKS = re.compile(r"(?:\s*<br>){2,}\s*")
_BLOCKS = "p|ul|ol|li|blockquote"
_EDGE = re.compile(rf"(</?(?:{_BLOCKS})>)")
# Boundaries of paragraphs; nh3 mends what opens here and closes there.
_TURNS = (
    (re.compile(r"<h[1-6]>"), "<p><strong>"),
    (re.compile(r"</h[1-6]>"), "</strong></p>"),
    (re.compile(r"</t[dh]>\s*<t[dh]>"), " "),
    (re.compile(r"<(?:div|tr|pre|dt|dd)>"), "<p>"),
    (re.compile(r"</(?:div|tr|pre|dt|dd)>"), "</p>"),
    (re.compile(r"</?t[dh]>"), ""),
    (_BREAKS, "</p><p>"),
)
_EMPTY = re.compile(
    r"<(p|strong|em|b|i|u|s|del|ul|ol|li|blockquote)>(?:\s|&nbsp;|<br>)*</\1>|<a[^>]*></a>"
)
_MOST_ROUNDS = 20
_TRAILING = re.compile(rf"(?:\s|<br>)+(?=</(?:{_BLOCKS})>)|(?<=<p>)(?:\s|<br>)+")


def clean(html: str) -> str:
    """Keep paragraphs, lists, quotes, links and emphasis of HTML; merge fields come through.

    `clean` changes nothing in what it gave. Links keep only addresses that mail programs open.
    """
    return around_fields(html, True, _settled)


def _settled(html: str) -> str:
    """Clean until nothing changes: what is mended may be empty then, and what is emptied goes."""
    for _ in range(_MOST_ROUNDS):
        before, html = html, _clean(html)
        if html == before:
            break
    return html


def _clean(html: str) -> str:
    html = _FIRST.clean(html)
    for pattern, turned in _TURNS:
        html = pattern.sub(turned, html)
    html = _LAST.clean(_paragraphs(html))
    return _EMPTY.sub("", _TRAILING.sub("", html)).strip()


def _paragraphs(html: str) -> str:
    """Put words that stand in no paragraph into one."""
    depth, out = 0, []
    for part in _EDGE.split(html):
        is_tag = bool(_EDGE.fullmatch(part))
        if is_tag:
            depth += -1 if part.startswith("</") else 1
        bare = not is_tag and depth <= 0 and part.strip()
        out.append(f"<p>{part.strip()}</p>" if bare else part)
    return "".join(out)
