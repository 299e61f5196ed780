"""How long the texts of a send-out are, and which characters make them longer than they need be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sendout.core.message.gsm_plain import plain
from sendout.core.message.sms import measure
from sendout.core.message.texting import CompiledSms

MOST = 50_000  # texts whose measure is kept: names come again and again
Strange = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The length of a text. without: how many segments it were without these characters.

    characters: those that the plain alphabet lacks; of the message itself where it has any, else of
    the values that were filled in. written: whether they are of the message.
    """

    segments: int
    without: int
    characters: Strange = ()
    written: bool = False


@dataclass(frozen=True, slots=True)
class Drawback:
    """Characters that make texts longer: how many texts, and what those cost with and without.

    Prices in millionths.
    """

    characters: Strange
    written: bool
    texts: int
    segments: int
    without: int
    price: int
    price_without: int


class Texts:
    """Measures the texts that one message makes."""

    def __init__(self, compiled: CompiledSms) -> None:
        self._compiled = compiled
        self._slots = [slot for each in compiled.templates for slot in each.slots]
        constants = (words for each in compiled.templates for words in each.constants)
        fallbacks = (slot.fallback for slot in self._slots)
        said = [*constants, *fallbacks, *compiled.closing.values()]
        self._written = frozenset(measure(plain("".join(said), compiled.level)[0]).forcing)
        self._by_language = bool(compiled.closing or compiled.others)
        self._known: dict[tuple[Strange, str, bool], Measured] = {}

    def measured(
        self, values: Mapping[str, str], language: str = "", *, told: bool = False
    ) -> Measured:
        """Measure the text for somebody with these values, as `CompiledSms.fill` makes it."""
        filled = tuple([values.get(slot.key) or slot.fallback for slot in self._slots])
        key = (filled, language if self._by_language else "", told)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            text = self._compiled.fill(values, language, told=told)
            found = self._known[key] = self._measure(text)
        return found

    def _measure(self, text: str) -> Measured:
        found = measure(text)
        if not found.forcing:
            return Measured(found.segments, found.segments)
        ours = tuple(c for c in found.forcing if c in self._written)
        guilty = ours or found.forcing
        without = measure(text.translate(dict.fromkeys(map(ord, guilty))))
        return Measured(found.segments, without.segments, guilty, bool(ours))

    def drawbacks(
        self, by_country: Mapping[str, Counter[Measured]], each: Mapping[str, int]
    ) -> list[Drawback]:
        """Say which characters make texts longer: of the message first, then of what is filled in.

        each: the price of a segment by country.
        """
        longer = [
            (text, n, each[country])
            for country, seen in by_country.items()
            for text, n in seen.items()
            if text.segments > text.without
        ]
        parted = ([one for one in longer if one[0].written is side] for side in (True, False))
        return [_drawback(side) for side in parted if side]


def _drawback(side: list[tuple[Measured, int, int]]) -> Drawback:
    characters = dict.fromkeys(c for text, _, _ in side for c in text.characters)
    return Drawback(
        characters=tuple(characters),
        written=side[0][0].written,
        texts=sum(n for _, n, _ in side),
        segments=sum(text.segments * n for text, n, _ in side),
        without=sum(text.without * n for text, n, _ in side),
        price=sum(text.segments * n * each for text, n, each in side),
        price_without=sum(text.without * n * each for text, n, each in side),
    )
