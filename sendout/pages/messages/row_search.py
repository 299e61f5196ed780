"""A send-out's rows in which words are found: where the rows are few, each is looked through; where
they are many, an index tells of whom something begins like what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from sendout.core.plain import terms
from sendout.deliveries.models import Delivery
from sendout.finding.expressions import holds
from sendout.finding.planner import each_of, without
from sendout.people.search import begun, first_named

LARGE = 20_000  # rows; of more are only those found of which a word begins like what was typed
NAMED = 5_000  # participants whose rows are looked up one by one
FIRST, LONGEST = 500, 16_000  # rows that are looked at together
LIKELY = 4  # a part of what is wanted, found at first, that tells that the rest is near


def holding(rows: QuerySet[Delivery], words: str) -> QuerySet[Delivery]:
    """Keep the rows in whose address, or in what is known of whose person, every word stands."""
    for term in terms(words):
        address = Q()
        for spelling in term.spellings:
            address |= Q(address__icontains=spelling)
        rows = rows.filter(address | holds("participant__found_by", term))
    return rows


def beginning(rows: QuerySet[Delivery], words: str) -> QuerySet[Delivery]:
    """Keep the rows to participants of whom something begins like every word, as they are now."""
    return rows.filter(begun(words, "participant__"))


def to_named(rows: QuerySet[Delivery], organisation: int, words: str) -> QuerySet[Delivery] | None:
    """Give what `beginning` keeps where that is to few of the organisation, else None."""
    named = first_named(organisation, words, NAMED + 1)
    return rows.filter(participant__in=each_of(named)) if len(named) <= NAMED else None


@dataclass(slots=True)
class Walk:
    """Goes through rows in the order of their ids, or backwards, for what `beginning` keeps.

    Some at a time are looked at: PostgreSQL alone would look at all. found: ids of what was kept;
    over: whether there are no more rows.
    """

    rows: QuerySet[Delivery]
    words: str
    most: int
    backwards: bool
    found: list[int] = field(default_factory=list)
    over: bool = False
    _size: int = FIRST
    _place: int = 0

    def begin(self) -> None:
        """Look at the first rows, and at the next ones where that is likely to be enough."""
        self.go_on()
        while not self.over and self._size <= LIKELY * FIRST and self._likely:
            self.go_on()

    @property
    def _likely(self) -> bool:
        return len(self.found) * LIKELY >= self.most

    def go_on(self) -> None:
        """Look at some more rows."""
        order, further = ("-pk", "pk__lt") if self.backwards else ("pk", "pk__gt")
        rows = self.rows.filter(**{further: self._place}) if self._place else self.rows
        ids = list(rows.order_by(order).values_list("pk", flat=True)[: self._size])
        these = beginning(Delivery.objects.filter(pk__in=each_of(ids)), self.words).order_by(order)
        with without("bitmapscan"):  # through all of that name
            self.found += these.values_list("pk", flat=True)[: self.most - len(self.found)]
        self.over = len(ids) < self._size or len(self.found) == self.most
        self._place = ids[-1] if ids else self._place
        self._size = min(self._size * 2, LONGEST)
