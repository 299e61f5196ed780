"""What the characters of a text cost: its parts as they are, and made plain, for its audience."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice

from sendout.compose.fields import Merging
from sendout.core.message.gsm_plain import Plain, plain
from sendout.core.message.sms import measure
from sendout.core.regions import region_of
from sendout.deliveries.estimate import texted
from sendout.deliveries.said import sms_of
from sendout.senders.models import Channel
from sendout.sendouts.models import SendOut
from sendout.usage.prices import price_list

LOOKED_AT = 1_000  # recipients whose texts are filled in and measured


@dataclass(slots=True)
class Level:
    """The texts at one level of plainness. parts: of all of them. price: in millionths of the
    organisation's currency. forcing: what keeps them UCS-2.

    before, after, pairs: the text in which most is replaced, and what by what.
    """

    level: Plain
    parts: int = 0
    price: int = 0
    forcing: Counter[str] = field(default_factory=Counter)
    before: str = ""
    after: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The texts of an audience, or of the first of it.

    least: their parts as they leave now, but without what forces UCS-2; least_price: of those.
    """

    texts: int
    least: int
    least_price: int
    levels: dict[Plain, Level]


def count_parts(sendout: SendOut) -> Parts:
    """Fill in and measure the texts that would leave now, at each level of plainness.

    The same texts as `estimate` reckons with: one for a family, and with how to unsubscribe only
    where that is said.
    """
    chosen = Plain(sendout.message.sms_plain)
    compiled = replace(sms_of(sendout, sendout.organisation), level=Plain.NOT)
    merging = Merging(compiled.asked, sendout.organisation)
    each = price_list(sendout.organisation_id).by_country(Channel.SMS)
    with closing(texted(sendout, compiled)) as people:
        written = [
            (
                compiled.fill(merging.values(person), person.language, told=person.told),
                each[region_of(person.phone)],
            )
            for person in islice(people, LOOKED_AT)
        ]
    levels = {level: _at_level(level, written) for level in Plain}
    least = [(_least(plain(text, chosen)[0]), price) for text, price in written]
    least_price = sum(parts * price for parts, price in least)
    return Parts(len(written), sum(parts for parts, _ in least), least_price, levels)


def _at_level(level: Plain, written: list[tuple[str, int]]) -> Level:
    """Measure the texts, each with the price of a part, at a level."""
    found = Level(level)
    for text, price in written:
        made, pairs = plain(text, level)
        measured = measure(made)
        found.parts += measured.segments
        found.price += measured.segments * price
        found.forcing.update(measured.forcing)
        if not found.after or len(pairs) > len(found.pairs):
            found.before, found.after, found.pairs = text, made, pairs
    return found


def _least(text: str) -> int:
    forcing = measure(text).forcing
    return measure(text.translate(dict.fromkeys(map(ord, forcing), ""))).segments
