"""Sentences that rooms below the pages make in English, in the language of who reads them.

Those rooms know no language: what they say is logged, stored and printed by the command line too.
A sentence with values in it is recognised by its pattern, and its values are put into the French
one; `make words` keeps the list of patterns true.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from itertools import chain, zip_longest
from pathlib import Path

from django.utils.translation import get_language, gettext

from sendout.core.bounces import verdicts
from sendout.core.bounces.verdicts import Verdict

PATTERNS = Path(__file__).resolve().parents[1] / "locale" / "patterns.json"
GAP = "{}"
SEVERAL = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
DEEPEST = 3  # a reason in a sentence in a sentence


def said(text: str) -> str:
    """Give the sentence in the language in force; what nobody has translated stays as it is."""
    language = get_language() or "en"
    return str(text) if language.startswith("en") or not text else _said(str(text), language)


def sentence(text: str) -> str:
    """Write a reason as a sentence of its own."""
    words = said(text)
    return f"{words[:1].upper()}{words[1:]}."


@lru_cache(maxsize=4096)
def _said(text: str, language: str, depth: int = 0) -> str:
    known = _verdicts().get(text, "") or gettext(text)
    if known != text or depth > DEEPEST:
        return known
    for pattern, shape in _shapes():
        if found := shape.fullmatch(text):
            values = [_said(value, language, depth + 1) for value in found.groups()]
            return _filled(gettext(pattern), values)
    return _sentence_by_sentence(text, language, depth)


def _sentence_by_sentence(text: str, language: str, depth: int) -> str:
    """Give a text of several sentences, or one that is known with or without its full stop."""
    first, *more = SEVERAL.split(text)
    if more:
        return " ".join(_said(each, language, depth + 1) for each in (first, *more))
    without = text.removesuffix(".")
    if without != text:
        return f"{_said(without, language, depth + 1)}."
    return gettext(f"{text}.").removesuffix(".")


def _filled(pattern: str, values: list[str]) -> str:
    """Put the values in the gaps, in their order; other braces are the sentence's own."""
    parts = pattern.split(GAP)
    return "".join(chain(*zip_longest(parts, values, fillvalue="")))


@cache
def _verdicts() -> dict[str, str]:
    """Give what `core.bounces` says in both languages already: clients are told it, too."""
    found = (each for each in vars(verdicts).values() if isinstance(each, Verdict))
    return {each.plain: each.french for each in found}


@cache
def _shapes() -> list[tuple[str, re.Pattern[str]]]:
    """Give the patterns with an expression for each, those with the most own words first."""
    listed = sorted(json.loads(PATTERNS.read_text()), key=lambda each: -len(each.replace(GAP, "")))
    return [
        (each, re.compile("(.+?)".join(map(re.escape, each.split(GAP))), re.DOTALL))
        for each in listed
    ]
