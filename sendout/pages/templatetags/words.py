"""What every template may use without loading it."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.translation import pgettext

from sendout.wording.said import said
from sendout.wording.sizes import file_size

CODES = re.compile(r"^(?:[245]\d\d[ -])?[245]\.\d{1,3}\.\d{1,3} (?=\S)")

register = template.Library()
register.filter("file_size", file_size)


@register.simple_tag
def colon() -> str:
    """Give what stands between a word and what it is about: a colon, in French after a space."""
    return pgettext("after a word", ":")


@register.filter
def without_code(text: str) -> str:
    """Leave out the code at the beginning of what a server said: "5.1.1 No such user"."""
    return CODES.sub("", text)


@register.filter(name="said")
def said_filter(text: Any) -> Any:
    """Give a sentence of a lower room in the language of the page; see `wording.said`."""
    words = said(str(text)) if text else text
    return text if words == text else words
