"""Templates of requests: texts, or JSON with texts in it, in which {slots} are filled.

Values are put in as they are and encoded afterwards, all at once, so that none can end a field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from sendout.core.providers.setting import BadConfig

SLOT = re.compile(r"\{(\w+)\}")


def check(name: str, template: Any, known: frozenset[str]) -> None:
    """Raise BadConfig where a template has a slot that there is not. name: of its setting."""
    for text in _texts(template):
        for slot in SLOT.findall(text):
            if slot not in known:
                slots = " ".join(f"{{{each}}}" for each in sorted(known))
                raise BadConfig(f"{name} has a slot {{{slot}}}; there are {slots}.")


def fill(template: Any, values: Mapping[str, str]) -> Any:
    """Fill a template; what stands in an object or list and has an empty slot is left out."""
    match template:
        case str():
            return SLOT.sub(lambda found: values[found[1]], template)
        case Mapping():
            kept = {key: each for key, each in template.items() if not _lacks(each, values)}
            return {key: fill(each, values) for key, each in kept.items()}
        case list():
            return [fill(each, values) for each in template if not _lacks(each, values)]
    return template


def fill_url(template: str, values: Mapping[str, str]) -> str:
    """Fill an address, each value percent-encoded."""
    return SLOT.sub(lambda found: quote(values[found[1]], safe=""), template)


def _lacks(template: Any, values: Mapping[str, str]) -> bool:
    return isinstance(template, str) and any(not values[slot] for slot in SLOT.findall(template))


def _texts(template: Any) -> list[str]:
    match template:
        case str():
            return [template]
        case Mapping():
            return [text for each in template.values() for text in _texts(each)]
        case list():
            return [text for each in template for text in _texts(each)]
    return []


def at(told: Any, path: str) -> Any:
    """Go down JSON by a path such as messages.0.id; None where it ends early."""
    for step in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(step)
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told
