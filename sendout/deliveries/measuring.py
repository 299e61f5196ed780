"""How long the texts of a send-out are, and which characters make them longer than they need be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sendout.core.message.sms import measure
from sendout.core.message.template import Template, escape_nothing

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
    """Measures the texts that one template makes."""

    def __init__(self, template: Template) -> None:
        self._template = template
        said = [*template.constants, *(slot.fallback for slot in template.slots)]
        self._written = frozenset(measure("".join(said)).forcing)
        self._known: dict[Strange, Measured] = {}

    def measured(self, values: Mapping[str, str]) -> Measured:
        """Measure the text for somebody with these values."""
        key = tuple([values.get(slot.key) or slot.fallback for slot in self._template.slots])
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[key] = self._measure(values)
        return found

    def _measure(self, values: Mapping[str, str]) -> Measured:
        text = self._template.fill(values, escape_nothing)
        found = measure(text)
        if not found.forcing:
            return Measured(found.segments, found.segments)
        ours = tuple(c for c in found.forcing if c in self._written)
        guilty = ours or found.forcing
        plain = measure(text.translate(dict.fromkeys(map(ord, guilty))))
        return Measured(found.segments, plain.segments, guilty, bool(ours))

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
