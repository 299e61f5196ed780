"""How many SMS a text is: GSM 03.38 (3GPP TS 23.038) or UCS-2, and how it is cut into parts."""

from __future__ import annotations

from dataclasses import dataclass

# 3GPP TS 23.038 section 6.2.1: the default alphabet, and what its escape code reaches.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED = frozenset("\f^{}\\[~]|€")  # two septets each

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
    strange = set(text) - _GSM - _GSM_ESCAPED
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
    """Units of each character; empty when all have one, which is nearly always."""
    if ucs2:
        return [2 if c > "\uffff" else 1 for c in text] if max(text) > "\uffff" else []
    if _GSM_ESCAPED.isdisjoint(text):
        return []
    return [2 if c in _GSM_ESCAPED else 1 for c in text]


def _cut_evenly(units: int, shared: int) -> tuple[int, int]:
    return -(-units // shared), -units % shared


def _cut(sizes: list[int], shared: int) -> tuple[int, int]:
    """Count the parts and what is left in the last; a pair is never split over two parts."""
    segments, used = 1, 0
    for size in sizes:
        if used + size > shared:
            segments, used = segments + 1, 0
        used += size
    return segments, shared - used
