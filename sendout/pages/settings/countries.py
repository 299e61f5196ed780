"""Countries by their names, and the field in which one of them is chosen."""

from __future__ import annotations

from functools import cache
from typing import Any

from babel import Locale
from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from phonenumbers import SUPPORTED_REGIONS

from sendout.core.plain import plain

SELECTED = mark_safe(" selected")


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


class CountrySelect(forms.Select):
    """Draws its 245 options at once: Django's own takes two templates for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Give the field with this country chosen."""
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            (
                (code, SELECTED if str(code) == chosen else "", label)
                for code, label in self.choices
            ),
        )
        ours = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(ours), options)
