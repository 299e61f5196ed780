"""What to mend in the HTML of an email: what mail programs cut off, block or do not show.

The limits are those of Gmail and Outlook, https://www.caniemail.com.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

CLIPPED_AT = 102_000  # bytes of HTML that Gmail shows
_NAMED = 3  # pictures or links that a sentence names; it counts the others
_FEWEST = 20  # characters beside a picture that make a text
_LONGEST = 40  # characters of a name
_TAKEN_OUT = "script, form, iframe, object, embed, video, audio, canvas, svg"
_LEADING = re.compile(r"(?:https?://[^/\s]|mailto:.|tel:.|sms:.|#|\{\{)", re.I)
_SHOWN = re.compile(r"(?:https?://[^/\s]|\{\{)", re.I)


def to_mend(html: str, size: int = 0) -> list[str]:
    """Say in one sentence each what to mend in an email; merge fields may still stand in it.

    size: the bytes of HTML that leave, where more is put into it.
    """
    tree = LexborHTMLParser(html)
    pictures, links = tree.css("img"), tree.css("a[href]")
    return [
        *_size(size or len(html.encode())),
        *_about(
            pictures,
            [picture for picture in pictures if "alt" not in picture.attributes],
            "without words for those who see no pictures: say in its alt attribute what it "
            'shows, or write alt="" when it only decorates',
        ),
        *_about(
            pictures,
            [picture for picture in pictures if not _SHOWN.match(_value(picture, "src"))],
            "that no recipient can load: put it on your website, and write its whole address, "
            "https://…",
        ),
        *_about(
            pictures,
            [picture for picture in pictures if _is_svg(_value(picture, "src"))],
            "in SVG, which Gmail and Outlook do not show: save it as PNG or JPEG",
        ),
        *_about(
            links,
            [link for link in links if not _LEADING.match(_value(link, "href"))],
            "that leads nowhere from a mailbox: begin its address with https://, mailto: or tel:",
        ),
        *_about(
            links,
            [link for link in links if not _says(link)],
            "with nothing to read: write words in it, or give its picture an alt text",
        ),
        *_taken_out(tree),
    ]


def only_pictures(html: str) -> Iterator[str]:
    """Say that what was written, without what is put around it, is pictures and no words."""
    tree = LexborHTMLParser(html)
    words = " ".join((tree.body.text() if tree.body else "").split())
    if tree.css_first("img") is not None and len(words) < _FEWEST:
        yield (
            "The email is a picture with next to no words, which spam filters take ill and many "
            "readers never see: write what it says as text."
        )


def _size(size: int) -> Iterator[str]:
    if size > CLIPPED_AT:
        yield (
            f"The email has {size / 1000:,.0f} kB of HTML, and Gmail cuts it off at "
            f"{CLIPPED_AT // 1000} kB, with the footer: shorten it, or link to a page that holds "
            "the rest."
        )


def _about(every: list[LexborNode], wrong: list[LexborNode], words: str) -> Iterator[str]:
    """Name the first of these pictures or links, with what is wrong with each."""
    if not wrong:
        return
    kind = "picture" if wrong[0].tag == "img" else "link"
    names = ", ".join(_name(node, every.index(node) + 1) for node in wrong[:_NAMED])
    rest = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    yield f"{len(wrong)} {kind}{'s' if len(wrong) > 1 else ''} {words} ({names}{rest})."


def _name(node: LexborNode, number: int) -> str:
    """Name a picture by its file, a link by its words, else either by its place."""
    if node.tag == "img":
        address = _value(node, "src")
        said = "" if address.lower().startswith("data:") else _path(address).rpartition("/")[2]
    else:
        said = _says(node) or _value(node, "href")
    if not said:
        return f"number {number}"
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def _taken_out(tree: LexborHTMLParser) -> Iterator[str]:
    found = dict.fromkeys(str(node.tag) for node in tree.css(_TAKEN_OUT))
    if found:
        names = ", ".join(f"<{name}>" for name in found)
        yield f"Mail programs take out {names}: write what it is for in words, or link to a page."
    if tree.css('link[rel~="stylesheet" i]'):
        yield (
            "The email asks for a style sheet from elsewhere, which mail programs do not load: "
            "write its rules in a <style> element."
        )


def _says(link: LexborNode) -> str:
    words = [link.text(), *(_value(picture, "alt") for picture in link.css("img"))]
    return " ".join(" ".join(words).split())


def _is_svg(address: str) -> bool:
    return address.lower().startswith("data:image/svg") or _path(address).lower().endswith(".svg")


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:  # brackets that hold no IPv6 address
        return address


def _value(node: LexborNode, name: str) -> str:
    return (node.attributes.get(name) or "").strip()
