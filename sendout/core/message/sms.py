"""How many SMS a text is: GSM 03.38 (3GPP TS 23.038) or UCS-2, and how it is cut into parts.

An escape pair and a surrogate pair are never split over two parts (3GPP TS 23.040 section
9.2.3.24.1), and neither is what a reader sees as one character: an accent stays with its letter, a
family of emoji together. The standard leaves that free, and services of SMS count so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category

# 3GPP TS 23.038 section 6.2.1: the default alphabet, and what its escape code reaches.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each

# What can join characters into one that is seen (after Unicode Standard Annex 29): flags are pairs
# of letters, a joiner binds the pictures around it, tones, selectors and tags belong to what stands
# before. sms-counter.js says the same.
_JOINER = "\u200d"
_FIRST_MARK = "\u0300"
_FLAG_LETTER = re.compile("[\U0001f1e6-\U0001f1ff]")
_BELONGS = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_PICTURE = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")

# One part alone, and a part of several, which gives up 6 octets to their numbering.
_GSM_SIZES = (160, 153)
_UCS2_SIZES = (70, 67)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs.

    encoding: `GSM-7` or `UCS-2`. units: septets, or 16-bit code units. segments: billable
    parts. left_in_segment: units that can still be typed before another part begins.
    forcing: the characters that made it UCS-2, once each, as they appear.
    """

    encoding: str
    units: int
    segments: int
    left_in_segment: int
    forcing: tuple[str, ...]


def measure(text: str) -> Measure:
    """Measure a text; an empty one is no segment."""
    strange = set(text) - BASIC - EXTENDED
    forcing = tuple(c for c in dict.fromkeys(text) if c in strange) if strange else ()
    alone, shared = _UCS2_SIZES if strange else _GSM_SIZES
    sizes = _sizes(text, bool(strange))
    units = sum(sizes) if sizes else len(text)
    if units <= alone:
        segments, left = (1 if units else 0), alone - units
    else:
        segments, left = _cut(sizes, shared) if sizes else _cut_evenly(units, shared)
    return Measure("UCS-2" if strange else "GSM-7", units, segments, left, forcing)


def _sizes(text: str, ucs2: bool) -> list[int]:
    """Units of each character that is seen; empty when all have one, which is nearly always."""
    if ucs2:
        return list(_seen_sizes(text)) if max(text) >= _FIRST_MARK else []
    if EXTENDED.isdisjoint(text):
        return []
    return [2 if c in EXTENDED else 1 for c in text]


def _seen_sizes(text: str) -> Iterator[int]:
    """Give the 16-bit units of each character that is seen, or as much of one as a part holds."""
    size, last, flags = 0, "", 0
    for character in text:
        units, belongs = 1, False
        if character >= _FIRST_MARK:
            units = 2 if character > "\uffff" else 1
            flags = flags + 1 if _FLAG_LETTER.match(character) else 0
            belongs = flags % 2 == 0 if flags else _belongs(character, last)
        else:
            flags = 0
        if size and not (belongs and size + units <= _UCS2_SIZES[1]):
            yield size
            size = 0
        size, last = size + units, character
    if size:
        yield size


def _belongs(character: str, last: str) -> bool:
    """Tell whether the character is seen as one with the last."""
    if last == _JOINER and _PICTURE.match(character):
        return True
    belongs = _BELONGS.match(character) or category(character)[0] == "M"
    return bool(belongs) and last != "" and category(last) != "Cc"


def _cut_evenly(units: int, shared: int) -> tuple[int, int]:
    return -(-units // shared), -units % shared


def _cut(sizes: list[int], shared: int) -> tuple[int, int]:
    """Count the parts and what is left in the last; nothing is split over two parts."""
    segments, used = 1, 0
    for size in sizes:
        if used + size > shared:
            segments, used = segments + 1, 0
        used += size
    return segments, shared - used
