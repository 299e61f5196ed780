"""Sizes of files in the language of the page."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def file_size(size: int) -> str:
    """Write a size in bytes as people read it."""
    if size < 1_000_000:
        return _("{n} kB").format(n=max(1, round(size / 1_000)))
    tenths = round(size / 100_000)
    return _("{n} MB").format(n=number_format(tenths / 10, 1 if tenths % 10 else 0))
