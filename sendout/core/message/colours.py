"""Colours that can be read: words on an organisation's colour, and that colour as words."""

from __future__ import annotations

import re

ENOUGH = 4.5  # contrast of text, https://www.w3.org/TR/WCAG22/#contrast-minimum
_WRITTEN = re.compile(r"#[0-9a-f]{6}")
_STEP = 0.92

Rgb = tuple[int, int, int]


def is_colour(text: str) -> bool:
    """Tell whether this is a colour as #rrggbb in small letters."""
    return bool(_WRITTEN.fullmatch(text))


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, 1 to 21, as WCAG 2 reckons it."""
    light, dark = sorted((_luminance(_read(one)), _luminance(_read(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def words_on(colour: str) -> str:
    """Give white or a near black, whichever can be read better on this colour."""
    return max("#ffffff", "#14202b", key=lambda words: contrast(words, colour))


def readable(colour: str, background: str = "#ffffff") -> str:
    """Darken a colour as far as words in it can be read on a light background."""
    red, green, blue = _read(colour)
    while contrast(colour, background) < ENOUGH:
        red, green, blue = (int(part * _STEP) for part in (red, green, blue))
        colour = f"#{red:02x}{green:02x}{blue:02x}"
    return colour


def _read(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
