"""Plain characters in the place of fine ones, so that an SMS needs no UCS-2 and costs half.

Two levels. MARKS: quotation marks, dashes, dots, blanks and ligatures, which nobody misses.
ACCENTS: also the letters whose accents GSM 03.38 has not (ê, ô, ç, but not é, è, à, ù), which
readers of French do see. What has no plain form, such as an emoji, stays. sms-plain.js does the
same while a text is typed, with this very table.
"""

from __future__ import annotations

import re
from enum import StrEnum
from unicodedata import category, normalize

from sendout.core.message.sms import BASIC, EXTENDED


class Plain(StrEnum):
    """How far a text is made plain."""

    NOT = ""
    MARKS = "marks"
    ACCENTS = "accents"


_INSTEAD = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u02bc\u02b9\u00b4`",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u2023\u2043\u00b7",
    "...": "\u2026",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
    "\u205f\u3000",
    "\n": "\u2028\u2029\v",
    "": "\u00ad\u200b\u2060\ufeff",
    "oe": "œ", "OE": "Œ", "fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ",
    "x": "×", "/": "\u00f7\u2044", "1/2": "½", "1/4": "¼", "3/4": "¾", "2": "²", "3": "³",
    "(c)": "©", "(R)": "®", "TM": "™", "->": "→", "<-": "←", "<=": "≤", ">=": "≥", "No": "№",
}  # fmt: skip
MARKS = {fine: plain for plain, many in _INSTEAD.items() for fine in many}
_GSM = BASIC | EXTENDED
_ASIDE = re.compile("(?<=«)[ \u00a0\u202f]|[ \u00a0\u202f](?=»)")


class _Letters(dict[int, str | int]):
    """For `translate`: fine marks, and letters without the accents that GSM has not."""

    def __missing__(self, code: int) -> str | int:
        self[code] = found = MARKS.get(chr(code), bare(chr(code)))
        return found


_TABLES: dict[Plain, dict[int, str | int]] = {
    Plain.MARKS: {ord(fine): plain for fine, plain in MARKS.items()},
    Plain.ACCENTS: _Letters(),
}


def bare(letter: str) -> str:
    """Give a letter without its accents if GSM has not the one and has the other."""
    if letter in _GSM:
        return letter
    base = "".join(c for c in normalize("NFD", letter) if category(c) != "Mn")
    base = _STROKES.get(base, base)
    return base if base and base.isalpha() and _GSM.issuperset(base) else letter


_STROKES = dict(zip("łŁđĐħĦŧŦıŀĿ", "lLdDhHtTilL", strict=True))


def plain(text: str, level: Plain) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Make a text plain; give it with what was replaced and by what, once each, as they appear."""
    if level is Plain.NOT or _GSM.issuperset(text):
        return text, ()
    composed = _ASIDE.sub("", normalize("NFC", text))
    table = _TABLES[level]
    pairs = ((c, str(c).translate(table)) for c in dict.fromkeys(composed))
    return composed.translate(table), tuple((c, put) for c, put in pairs if c != put)
