"""Delivery status notifications (RFC 3464), in the ways in which servers really write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sendout.core.bounces.report import Action
from sendout.core.bounces.wording import addresses, tidy

MOST_RECIPIENTS = 200

Fields = Mapping[str, str]

_FIELD = re.compile(r"^([A-Za-z][\w-]{1,40})[ \t]*:[ \t]*(.*)$")
_NAMES = ("original-recipient", "final-recipient", "x-actual-recipient", "recipient", "x-recipient")
_FACTS = ("action", "status", "diagnostic-code")
_MARKS = {"original-recipient", "final-recipient", *_FACTS}  # a second one is another recipient's
_TYPED = re.compile(r"^\s*(?:[\w.-]{1,30}\s*;)?\s*(.*?)\s*$")
_XTEXT = re.compile(r"\+(2B|3D)")  # RFC 3461 section 4; no more, a "+20" may be part of an address
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")  # RFC 6533 section 3
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_ACTIONS: Mapping[str, Action] = {
    "fail": "failed",
    "error": "failed",  # OpenSMTPD
    "undeliver": "failed",
    "deliverable": "relayed",  # asked, not delivered (Postfix: sendmail -bv)
    "expired": "failed",
    "deferred": "delayed",
    "delay": "delayed",
    "deliver": "delivered",
    "relay": "relayed",
    "expand": "expanded",
}


def recipients(text: str) -> list[Fields]:
    """Give the fields of each recipient of a delivery report, names in small letters."""
    groups: list[dict[str, str]] = []
    current: dict[str, str] = {}
    parted = False
    for name, value in _fields(text):
        if not name:
            parted = True
            continue
        again = name in current and name in _MARKS
        if again or (parted and name in _NAMES and any(each in current for each in _NAMES)):
            current = {}
        if not current:
            groups.append(current)
        current.setdefault(name, value)
        parted = False
    about = [group for group in groups if any(name in group for name in (*_NAMES, *_FACTS))]
    return list(about[:MOST_RECIPIENTS])


def message_fields(text: str) -> Fields:
    """Give the fields about the whole message: the first of each name."""
    found: dict[str, str] = {}
    for name, value in _fields(text):
        found.setdefault(name, value.strip())
    return found


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Give names and values, folded ones joined, and ("", "") for an empty line.

    An empty line alone is no sign of a new recipient: some servers write one after each field.
    """
    name, value = "", ""
    for line in text.splitlines():
        match = _FIELD.match(line)
        if match:
            if name:
                yield name, value
            name, value = match[1].lower(), match[2]
        elif (line[:1] in (" ", "\t") and name) or (line.strip() and name == "diagnostic-code"):
            value += "\n" + line.strip()
        elif not line.strip():
            if name:
                yield name, value
            name, value = "", ""
            yield "", ""
    if name:
        yield name, value


def address_of(fields: Fields) -> str:
    """Find whom a group is about: whom we wrote to, rather than where it was forwarded to."""
    for name in _NAMES:
        address = _address(fields.get(name, ""))
        if address.find("@") > 0:
            return address
    return ""


def _address(value: str) -> str:
    bare = _TYPED.sub(r"\1", value.replace("\n", " "))
    bare = _UNITEXT.sub(_character, _XTEXT.sub(lambda code: chr(int(code[1], 16)), bare))
    plain = addresses(bare)
    if plain:
        return plain[0]
    inside = bare[bare.find("<") + 1 : bare.find(">")] if "<" in bare and ">" in bare else bare
    return tidy(inside.partition(" ")[0]) if "@" in inside and len(inside) <= 320 else ""


def _character(code: re.Match[str]) -> str:
    number = int(code[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def action_of(fields: Fields) -> Action:
    """Read what became of it; where `Action` is missing or unknown, from the status."""
    said = fields.get("action", "").strip().lower()
    for start, action in _ACTIONS.items():
        if said.startswith(start):
            return action
    status = status_of(fields)
    if status.startswith("2"):
        return "delivered"
    return "delayed" if "will-retry-until" in fields else "failed"


def status_of(fields: Fields) -> str:
    """Give the enhanced status, or "" where it is malformed."""
    found = _STATUS.search(fields.get("status", ""))
    return ".".join(str(int(number)) for number in found.groups()) if found else ""


def first(reports: Sequence[str], name: str) -> str:
    """Give a field about the whole message, or ""."""
    values = (message_fields(text).get(name, "") for text in reports)
    return next((value for value in values if value), "")
