"""Countries by their names."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.utils.translation import get_language, override
from phonenumbers import SUPPORTED_REGIONS

from sendout.core.plain import plain


def countries() -> list[tuple[str, str]]:
    """Give (code, name) of every country whose phone numbers can be read, by name."""
    return _countries(get_language() or "en")


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    with override(language):
        named = [(code, country_name(code)) for code in SUPPORTED_REGIONS]
    return sorted(named, key=lambda pair: plain(pair[1]))


def country_name(code: str) -> str:
    """Give a place's name in the language of the page, or its code."""
    return _names(get_language() or "en").get(code, code)


@cache
def _names(language: str) -> dict[str, str]:
    return dict(Locale.parse(language, sep="-").territories)
