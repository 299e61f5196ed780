"""What the characters of a text cost: its parts as they are, and made plain, for its audience."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from sendout.compose.fields import Merging
from sendout.compose.rendering import compile_sms
from sendout.core.message.gsm_plain import Plain, plain
from sendout.core.message.sms import measure
from sendout.core.message.template import fields
from sendout.senders.models import Channel
from sendout.sendouts.audience import reached
from sendout.sendouts.models import SendOut

LOOKED_AT = 1_000  # recipients whose texts are filled in and measured


@dataclass(slots=True)
class Level:
    """The texts at one level of plainness. parts: of all of them. forcing: what keeps them UCS-2.

    before, after, pairs: the text in which most is replaced, and what by what.
    """

    level: Plain
    parts: int = 0
    forcing: Counter[str] = field(default_factory=Counter)
    before: str = ""
    after: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The texts of an audience, or of the first of it.

    least: their parts as they leave now, but without what forces UCS-2.
    """

    texts: int
    least: int
    levels: dict[Plain, Level]


def count_parts(sendout: SendOut) -> Parts:
    """Fill in and measure the texts of the send-out's audience, at each level of plainness."""
    compiled = replace(compile_sms(sendout.message, sendout.organisation), level=Plain.NOT)
    merging = Merging(fields(compiled.template), sendout.organisation)
    people = reached(sendout, Channel.SMS).order_by("pk")[:LOOKED_AT]
    written = [compiled.fill(merging.values(person), person.language) for person in people]
    levels = {level: _at_level(level, written) for level in Plain}
    chosen = Plain(sendout.message.sms_plain)
    leaving = [plain(text, chosen)[0] for text in written]
    return Parts(len(written), sum(map(_least, leaving)), levels)


def _at_level(level: Plain, written: list[str]) -> Level:
    found = Level(level)
    for text in written:
        made, pairs = plain(text, level)
        measured = measure(made)
        found.parts += measured.segments
        found.forcing.update(measured.forcing)
        if not found.after or len(pairs) > len(found.pairs):
            found.before, found.after, found.pairs = text, made, pairs
    return found


def _least(text: str) -> int:
    forcing = measure(text).forcing
    return measure(text.translate(dict.fromkeys(map(ord, forcing), ""))).segments
