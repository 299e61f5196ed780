"""Countries by their names, and the field in which one of them is chosen."""

from __future__ import annotations

from functools import cache
from typing import Any
from unicodedata import normalize

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, override
from phonenumbers import SUPPORTED_REGIONS
from phonenumbers.geodata.locale import LOCALE_DATA

SELECTED = mark_safe(" selected")

# Phone numbers of these can be read, and the table that comes with them has no name for them.
UNNAMED = {
    "AC": gettext_lazy("Ascension Island"),
    "TA": gettext_lazy("Tristan da Cunha"),
    "XK": gettext_lazy("Kosovo"),
}


def countries() -> list[tuple[str, str]]:
    """Give (code, name) of every country whose phone numbers can be read, by name."""
    return _countries(get_language() or "en")


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    with override(language):
        named = [(code, country_name(code)) for code in SUPPORTED_REGIONS]
    return sorted(named, key=lambda pair: normalize("NFD", pair[1]))


def country_name(code: str) -> str:
    """Give a place's name in the language of the page, or its code; "*aa" means "as in aa"."""
    if code in UNNAMED:
        return str(UNNAMED[code])
    names = LOCALE_DATA.get(code, {})
    name = names.get(get_language() or "en", names.get("en", code))
    return names.get(name[1:], code) if name.startswith("*") else name


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
