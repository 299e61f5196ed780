"""Merge fields: `{{ first_name }}`, `{{ first_name|there }}`. Looked up, never executed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unicodedata import combining, normalize

Escape = Callable[[str], str]

_GAPS = re.compile(r"[\s_-]+")
_MOST_PROBLEMS = 20  # a page of them is enough to see what is wrong
_BRACE = "{{·|{}}"  # a field that nobody has, with a brace for a fallback
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value. name: as written. key: what values are looked up by."""

    name: str
    key: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that looks like a merge field and is none. line: counted from 1."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut into constants and slots; `constants` is one longer than `slots`."""

    constants: tuple[str, ...]
    slots: tuple[Slot, ...]
    problems: tuple[Problem, ...] = ()

    def fill(self, values: Mapping[str, str], escape: Escape) -> str:
        """Put values into the slots; one that is missing or empty gives the fallback.

        values: by folded name (`fold`). escape: applied to values and fallbacks alike.
        """
        parts = [self.constants[0]]
        for slot, constant in zip(self.slots, self.constants[1:], strict=True):
            parts.append(escape(values.get(slot.key) or slot.fallback))
            parts.append(constant)
        return "".join(parts)


def fold(name: str) -> str:
    """Bring a field's name to the form it is compared by: `Prénom  Usuel` is `prenom_usuel`."""
    plain = normalize("NFKD", normalize("NFKD", name).casefold())
    plain = "".join(c for c in plain if not combining(c))
    return _GAPS.sub("_", plain.strip())


def parse(text: str, *, markup: bool = False) -> Template:
    """Cut a text at its merge fields. What is broken stays as it is, and is in `problems`.

    markup: the text is HTML, so names and fallbacks may hold entities (`{{&nbsp;name }}`).
    """
    constants: list[str] = []
    slots: list[Slot] = []
    problems: list[Problem] = []
    begin, start = 0, text.find("{{")
    while start >= 0:
        after = text.find("{{", start + 2)
        end = text.find("}}", start + 2, after if after >= 0 else len(text))
        found = _read_slot(text[start + 2 : end], markup) if end >= 0 else "it has no }}"
        if isinstance(found, Slot):
            constants.append(text[begin:start])
            slots.append(found)
            begin = end + 2
        elif len(problems) < _MOST_PROBLEMS:
            problems.append(_problem(text, start, found))
        start = after
    constants.append(text[begin:])
    return Template(tuple(constants), tuple(slots), tuple(problems))


def fill_some(text: str, values: Mapping[str, str], escape: Escape, *, markup: bool = False) -> str:
    """Put these values into their slots and leave the text otherwise as it is, to be parsed again.

    values: by folded name; an empty one gives the fallback.
    """
    template = parse(text, markup=markup)
    parts = [template.constants[0]]
    for slot, constant in zip(template.slots, template.constants[1:], strict=True):
        if slot.key in values:
            parts.append(literal(escape(values[slot.key] or slot.fallback)))
        else:
            name = f"{slot.name}|{slot.fallback}" if slot.fallback else slot.name
            parts.append("{{" + (html.escape(name) if markup else name) + "}}")
        parts.append(constant)
    return "".join(parts)


def literal(text: str) -> str:
    """Write a text so that it comes back as it is from `parse` and `fill`, braces and all."""
    return text.replace("{{", _BRACE + _BRACE)


def fields(template: Template) -> set[str]:
    """Name the fields a template asks for, folded."""
    return {slot.key for slot in template.slots}


def escape_html(value: str) -> str:
    """Make a value safe in HTML text and in quoted attributes."""
    return html.escape(value)


def escape_header(value: str) -> str:
    """Make a value safe in a header: control characters and line ends become one space."""
    return value if value.isprintable() else _CONTROLS.sub(" ", value)


def escape_nothing(value: str) -> str:
    """Leave a value as it is, for plain text."""
    return value


def _read_slot(inside: str, markup: bool) -> Slot | str:
    """Return the slot between the braces, or what is wrong with it."""
    inside = html.unescape(inside) if markup else inside
    name, _, fallback = inside.partition("|")
    name, fallback = " ".join(name.split()), " ".join(fallback.split())
    if not fold(name).strip("_"):
        return "it names no field"
    if any(mark in name for mark in "{}<>"):
        return "its name has formatting or braces inside; type it again without"
    return Slot(name, fold(name), fallback)


def _problem(text: str, start: int, reason: str) -> Problem:
    name, closed, _ = text[start : start + 40].partition("}}")
    shown = name + closed if closed else name.partition("<")[0]  # not the tag that comes next
    return Problem(text.count("\n", 0, start) + 1, " ".join(shown.split()), reason)
