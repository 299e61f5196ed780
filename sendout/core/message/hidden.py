"""Merge fields hidden while a text is changed by what knows nothing of them.

Markdown, HTML and CSS libraries would escape, encode or split a field. So each is swapped for one
plain word first and put back last.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import count

from sendout.core.message.template import Slot, parse


def around_fields(text: str, markup: bool, change: Callable[[str], str]) -> str:
    """Change a text while its merge fields are hidden behind plain words."""
    template = parse(text, markup=markup)
    stem = next(stem for n in count() if (stem := f"mergefield{n}n") not in text)
    hidden = "".join(
        f"{constant}{stem}{number}n" if number < len(template.slots) else constant
        for number, constant in enumerate(template.constants)
    )
    return re.sub(
        f"{stem}([0-9]+)n",
        lambda found: write_field(template.slots[int(found[1])]),
        change(hidden),
    )


def write_field(slot: Slot) -> str:
    """Write a merge field so that it may stand in HTML text and in a quoted attribute."""
    fallback = f"|{slot.fallback}" if slot.fallback else ""
    return html.escape(f"{{{{ {slot.name}{fallback} }}}}")


def as_markup(text: str) -> str:
    """Write a plain text as HTML that says the same, its merge fields ready to be filled."""
    return around_fields(text, False, html.escape)
