"""What mail programs show of an email's HTML and CSS, by the data of caniemail.com.

`.ci/run` unpacks the data of the npm package `caniemail` into `tests/peers/fetched/caniemail`. The
package's own checker is left there: it needs a newer Node.js than Debian has, brings forty-five
packages along, and looks neither into media queries nor into what is written for Outlook alone.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from tests.rigs import give_up

DATA = Path(__file__).parents[1] / "peers" / "fetched" / "caniemail" / "caniemail.json"
PROGRAMS = ("gmail", "outlook", "apple-mail")
WORD = "windows"  # Outlook's platform that draws with Word, and reads what is in [if mso]
ENDED = {"windows-mail"}  # Microsoft ended it in 2024

# Features whose title does not name the elements, attributes and properties they are about.
_ELEMENTS = {
    "html-address": "address",
    "html-h1-h6": "h1 h2 h3 h4 h5 h6",
    "html-image-maps": "map area",
    "html-lists": "ul ol dl li dt dd",
    "html-semantics": "article aside details figcaption figure footer header main mark nav section "
    "summary time",
    "html-table": "table caption colgroup col thead tbody tfoot tr th td",
    "html-svg": "svg",
}
_ATTRIBUTES = {"html-srcset": "srcset sizes", "css-inert-attribute": "inert"}
_PROPERTIES = {
    "css-color-scheme": "color-scheme",
    "css-font": "font",
    "css-gap": "gap column-gap row-gap",
    "css-left-right-top-bottom": "left right top bottom",
    "css-grid-template": "grid-template",
    "css-column-layout-properties": "columns column-fill column-rule column-span column-width",
}
# Parts of a style sheet, of a selector and of a value, by how they are written.
_SELECTORS = {
    "css-selector-adjacent-sibling": r"\+",
    "css-selector-attribute": r"\[",
    "css-selector-chaining": r"[\w\])]\.|\.[\w-]+[#\[]",
    "css-selector-child": ">",
    "css-selector-class": r"\.",
    "css-selector-descendant": r"[\w\])*]\s+[\w.#\[*:]",
    "css-selector-general-sibling": "~",
    "css-selector-grouping": ",",
    "css-selector-id": "#",
    "css-selector-type": r"(?:^|[\s>+~,])[a-z]",
    "css-selector-universal": r"\*",
}
_VALUES = {"css-important": "!important", "css-unit-percent": r"\d%", "css-variables": r"var\("}
_QUERIES = {
    "css-at-media-device-pixel-ratio": "device-pixel-ratio",
    "css-at-media-hover": "hover",
    "css-at-media-orientation": "orientation",
    "css-at-media-prefers-color-scheme": "prefers-color-scheme",
    "css-at-media-prefers-reduced-motion": "prefers-reduced-motion",
}
_FOR_OUTLOOK = re.compile(r"<!--\[if [^\]]*(?:mso|IE)[^\]]*\]>(.*?)<!\[endif\]-->", re.S)
_FOR_OTHERS = re.compile(r"<!--\[if !mso[^\]]*\]><!-->|<!--<!\[endif\]-->")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_AT_RULE = re.compile(r"@([\w-]+)([^{;]*)")
_RULE = re.compile(r"([^{}@;]+)\{([^{}]*)\}")

Used = dict[str, set[str]]  # where each feature is used, by its slug; untested ones by "?"


@cache
def features() -> dict[str, dict[str, Any]]:
    """Give what caniemail knows, by slug."""
    if not DATA.exists():
        give_up("caniemail's data is not in tests/peers/fetched/caniemail; .ci/run fetches it")
    return {feature["slug"]: feature for feature in json.loads(DATA.read_text())["data"]}


def unsupported(html: str) -> dict[str, tuple[set[str], set[str]]]:
    """Give what not every program shows in full: the programs, and where the HTML uses it."""
    alone, rest = split(html)
    found: dict[str, tuple[set[str], set[str]]] = {}
    for used, platforms in ((uses(rest), ""), (uses(alone), WORD)):
        for slug, places in used.items():
            lacking = {} if slug == "?" else without(slug, platforms)
            if lacking:
                programs, where = found.setdefault(slug, (set(), set()))
                programs.update(lacking)
                where.update(places)
    return found


def untested(html: str) -> set[str]:
    """Give the elements, attributes and properties of the HTML of which caniemail knows nothing."""
    return set().union(*(uses(part).get("?", set()) for part in split(html)))


def without(slug: str, platform: str = "") -> list[str]:
    """Name the programs whose newest test showed no or half support. platform: of this alone."""
    return [
        f"{program} {place} {'partly' if newest(tests).startswith('a') else 'no'}"
        for program in PROGRAMS
        for place, tests in features()[slug]["stats"].get(program, {}).items()
        if newest(tests)[0] in "na" and place not in ENDED and platform in ("", place)
    ]


def newest(tests: dict[str, str]) -> str:
    """Give the last answer: y, n, a (almost) or u (unknown), with the numbers of its notes."""
    return list(tests.values())[-1]


def split(html: str) -> tuple[str, str]:
    """Part what Outlook alone reads from what the others read."""
    html = _FOR_OTHERS.sub("", html)
    return "".join(_FOR_OUTLOOK.findall(html)), _FOR_OUTLOOK.sub("", html)


def uses(html: str) -> Used:
    """Give each feature that HTML uses, and where."""
    used: Used = defaultdict(set)
    for slug, place in _uses(html):
        used[slug].add(place)
    return dict(used)


def _uses(html: str) -> Iterator[tuple[str, str]]:
    if not html:
        return
    for node in LexborHTMLParser(html).css("*"):
        tag = node.tag or ""
        if f"<{tag}" not in html.lower():
            continue  # the parser put it there
        yield from _named(_names("html")[0], tag, f"<{tag}>")
        for name, value in node.attributes.items():
            yield from _attribute(tag, name, value or "")
        if tag == "style":
            yield from _sheet(node.text() or "")


def _named(known: dict[str, list[str]], name: str, place: str) -> Iterator[tuple[str, str]]:
    yield from ((slug, place) for slug in known.get(name, ["?"]))


def _attribute(tag: str, name: str, value: str) -> Iterator[tuple[str, str]]:
    if name == "style":
        yield from _declarations(value, f"<{tag} style>")
    elif name in _names("html")[1]:
        yield from _named(_names("html")[1], name, f"<{tag} {name}>")
    else:
        yield "?", f"{name}="
    if name == "href" and value.startswith(("#", "mailto:")):
        yield "html-anchor-links" if value.startswith("#") else "html-mailto-links", f"<{tag}>"
    if name == "src" and (kind := re.search(r"\.(\w+)(?:$|\?)", value)):
        slug = f"image-{kind[1].lower().replace('jpeg', 'jpg')}"
        yield slug if slug in features() else "?", value


def _sheet(text: str) -> Iterator[tuple[str, str]]:
    text = _COMMENT.sub("", text)
    for name, rest in _AT_RULE.findall(text):
        yield f"css-at-{name}" if f"css-at-{name}" in features() else "?", f"@{name}"
        yield from _written(_QUERIES, rest, f"@{name}{rest.rstrip()}")
    for before, declarations in _RULE.findall(text):
        selector = " ".join(before.split())
        yield from _written(_SELECTORS, selector, selector)
        for pseudo in re.findall(r"::?([a-z-]+)", selector):
            slugs = [f"css-pseudo-class-{pseudo}", f"css-pseudo-element-{pseudo}"]
            yield next((slug for slug in slugs if slug in features()), "?"), f":{pseudo}"
        yield from _declarations(declarations, selector)


def _declarations(text: str, place: str) -> Iterator[tuple[str, str]]:
    for declaration in text.split(";"):
        name, colon, value = (part.strip().lower() for part in declaration.partition(":"))
        if not colon:
            continue
        place_of = f"{place} {name}:{value}"
        yield from ((slug, place_of if slug != "?" else name) for slug in _of_property(name))
        yield from _written(_patterns(), f"{name}:{value}", place_of)


def _of_property(name: str) -> list[str]:
    """Find the feature of a property; a longhand without one of its own counts as its shorthand."""
    known = _names("css")[0]
    while name not in known and "-" in name.strip("-"):
        name = name.rpartition("-")[0]
    return known.get(name, ["?"])


def _written(patterns: dict[str, str], text: str, place: str) -> Iterator[tuple[str, str]]:
    yield from ((slug, place) for slug, pattern in patterns.items() if re.search(pattern, text))


@cache
def _patterns() -> dict[str, str]:
    """Give how values are written: units, functions, and pairs such as display:flex."""
    found = dict(_VALUES)
    for slug, feature in features().items():
        title = feature["title"]
        if unit := re.fullmatch(r"(\w+) unit", title):
            found[slug] = rf"\d{unit[1]}\b" if unit[1] != "initial" else r":\s*initial\b"
        elif functions := re.findall(r"([a-z-]+)\(\)", title) if "pseudo" not in slug else []:
            found[slug] = rf"\b(?:{'|'.join(functions)})\("
        elif pair := re.fullmatch(r"([a-z-]+):\s*([a-z-]+)", title):
            found[slug] = rf"^{pair[1]}:.*\b{pair[2]}\b"
    return found


@cache
def _names(category: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give the features by the elements or properties, and by the attributes they are about."""
    things: dict[str, list[str]] = defaultdict(list)
    attributes: dict[str, list[str]] = defaultdict(list)
    for slug, feature in features().items():
        if feature["category"] != category:
            continue
        title = feature["title"].strip()
        words = {**_ELEMENTS, **_PROPERTIES}.get(slug, "").split()
        if category == "html":
            words += re.findall(r"<(\w+)[^>]*>", title) if slug not in _ELEMENTS else []
            named = re.fullmatch(r"([a-z-]+) attribute", title)
            for name in _ATTRIBUTES.get(slug, named[1] if named else "").split():
                attributes[name].append(slug)
        elif plain := re.fullmatch(r"([a-z-]+)(?: property| shorthand)?", title):
            words += [plain[1]]
        for name in dict.fromkeys(words):
            things[name].append(slug)
    return things, attributes
