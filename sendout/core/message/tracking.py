"""Links and a pixel that tell which emails were opened and what was clicked on.

The HTML is changed where it must be and nowhere else: what the author wrote is what arrives.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from sendout.core.message.links import is_sealable, seal
from sendout.core.message.template import Slot, Template, escape_nothing

# What the recipient's own tokens are filled in by. No merge field is called so: folding a name
# leaves no blank in it.
CLICK = Slot("click token", "click token", "")
OPEN = Slot("open token", "open token", "")
UNTOUCHED = frozenset({"unsubscribe_url", "files_url"})  # fields that are links of ours already

_PIXEL = '.gif" width="1" height="1" alt="" style="border:0;width:1px;height:1px">'
_WITH_LINK = frozenset({"a", "area"})
_OPT_OUT = (("data-track", "no"), ("clicktracking", "off"))
# Browsers drop these from an address: https://url.spec.whatwg.org/#concept-basic-url-parser
_DROPPED = re.compile(r"[\t\r\n]+")

# Comments, elements whose content is no markup, and tags. Conditional comments are looked into:
# Outlook shows what is in them. Each alternative takes all it can and gives nothing back, so that
# no text makes this slow.
_MARKUP = re.compile(
    r"""<!--(?!\[if)(?:-?>|.*?(?:--!?>|\Z))
    |<(?P<raw>style|script|title|textarea|xmp)\b.*?(?:</(?P=raw)\b|\Z)
    |<(?P<end>/?)(?P<name>[a-z][^\s/>]*+)
     (?P<rest>(?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)*+)(?P<close>>?)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_ATTRIBUTE = re.compile(
    r"""([^\s>/=][^\s>/=]*+)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>"'][^\s>]*+)))?+"""
)


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where opens and clicks are reported. base: without a slash at its end."""

    base: str
    keys: Sequence[bytes] = field(repr=False)

    def click_url(self, token: str, number: int, url: str) -> str:
        """Give the address that leads one recipient to a link."""
        return f"{self.base}/c/{token}/{seal(self.keys, number, url)}"


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """A link with merge fields in it, which each recipient gets sealed anew. url: unescaped."""

    number: int
    url: Template

    def address(self, values: Mapping[str, str], tracking: Tracking) -> str:
        """Give where it leads for one recipient, tracked where it can be."""
        url = self.url.fill(values, escape_nothing)
        trimmed = _trim(url)
        if not is_sealable(trimmed):
            return url
        return tracking.click_url(values[CLICK.key], self.number, trimmed)


@dataclass(frozen=True, slots=True)
class Tracked:
    """HTML cut into constants and slots, like a `Template`, some of the slots being links."""

    constants: tuple[str, ...]
    slots: tuple[Slot | PersonalLink, ...]


def track(text: Template, tracking: Tracking) -> Tracked:
    """Lead the links of an HTML text through us, and put the pixel at the end of its body.

    Only http and https links of `<a>` and `<area>`; not those marked with data-track="no" or
    clicktracking="off", nor what unsubscribes.
    """
    mark = next(c for n in count(0xE000) if (c := chr(n)) not in "".join(text.constants))
    page = mark.join(text.constants)
    cutting = _Cutting(mark, list(text.slots))
    base, numbers, at = html.escape(tracking.base), count(1), 0
    links, end = _find(page)
    for start, stop in links:
        cutting.add(page[at:start])
        cutting.add_link(page[start:stop], base, numbers, tracking)
        at = stop
    cutting.add(page[at:end] + f'<img src="{base}/o/')
    cutting.add_slot(OPEN)
    cutting.add(_PIXEL + page[end:])
    return Tracked(tuple(cutting.constants), tuple(cutting.slots))


def size_of(tracked: Tracked, token: str, tracking: Tracking) -> int:
    """Count the bytes of tracked HTML. token: one of a recipient; merge fields count as nothing."""
    values = {CLICK.key: token, OPEN.key: token}
    own = (
        slot.address(values, tracking) if isinstance(slot, PersonalLink) else values.get(slot.key)
        for slot in tracked.slots
    )
    return sum(len((text or "").encode()) for text in (*tracked.constants, *own))


class _Cutting:
    """Puts a text together from constants and slots. mark: stands for each slot in turn."""

    def __init__(self, mark: str, slots: list[Slot]) -> None:
        self.constants = [""]
        self.slots: list[Slot | PersonalLink] = []
        self._mark = mark
        self._left = iter(slots)

    def add(self, text: str) -> None:
        first, *others = text.split(self._mark)
        self.constants[-1] += first
        for constant in others:
            self.add_slot(next(self._left))
            self.constants[-1] += constant

    def add_slot(self, slot: Slot | PersonalLink) -> None:
        self.slots.append(slot)
        self.constants.append("")

    def add_link(self, href: str, base: str, numbers: Iterator[int], tracking: Tracking) -> None:
        """Add what stands in a href, tracked where it can be."""
        constants = href.split(self._mark)
        slots = [next(self._left) for _ in constants[1:]]
        url = _trim(html.unescape(constants[0]))
        if slots and not UNTOUCHED & {slot.key for slot in slots}:
            unescaped = tuple(html.unescape(constant) for constant in constants)
            self.add_slot(PersonalLink(next(numbers), Template(unescaped, tuple(slots))))
        elif not slots and is_sealable(url):
            self.constants[-1] += f"{base}/c/"
            self.add_slot(CLICK)
            self.constants[-1] += f"/{seal(tracking.keys, next(numbers), url)}"
        else:
            self.constants[-1] += constants[0]
            for slot, constant in zip(slots, constants[1:], strict=True):
                self.add_slot(slot)
                self.constants[-1] += constant


def _trim(url: str) -> str:
    """Leave out what no browser would ask for."""
    return _DROPPED.sub("", url).strip(" ")


def _find(page: str) -> tuple[list[tuple[int, int]], int]:
    """Give where the addresses of links begin and end, and where the body ends."""
    links: list[tuple[int, int]] = []
    ends = {"html": len(page), "body": -1}
    for found in _MARKUP.finditer(page):
        name = (found["name"] or "").lower()
        if found["end"] and name in ends:
            ends[name] = found.start()
        elif not found["end"] and name in _WITH_LINK and found["close"]:
            links += _href(page, *found.span("rest"))
    return links, ends["body"] if ends["body"] >= 0 else ends["html"]


def _href(page: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Give where the address stands in the attributes of a link; nothing for one not to track."""
    attributes: dict[str, tuple[int, int]] = {}
    for found in _ATTRIBUTE.finditer(page, start, stop):
        group = found.lastindex or 1
        if group > 1:
            attributes.setdefault(found[1].lower(), found.span(group))
    said = {name: page[slice(*span)].strip().lower() for name, span in attributes.items()}
    if any(said.get(name) == value for name, value in _OPT_OUT):
        return []
    return [attributes["href"]] if "href" in attributes else []
