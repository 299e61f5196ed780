"""What every template may use without loading it."""

from __future__ import annotations

from typing import Any

from django import template

from sendout.wording.said import said
from sendout.wording.sizes import file_size

register = template.Library()
register.filter("file_size", file_size)


@register.filter(name="said")
def said_filter(text: Any) -> Any:
    """Give a sentence of a lower room in the language of the page; see `wording.said`."""
    words = said(str(text)) if text else text
    return text if words == text else words
