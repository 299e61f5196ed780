"""The list as its page shows it: some entries by key, and how many there are of each reason.

An organisation may have a million entries. A page is put together from the newest of each channel
and reason, so one index answers every filter, and numbers are counted up to a bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from django.db import connection
from django.db.models import Q, QuerySet

from sendout.accounts.models import Organisation
from sendout.core.plain import Term
from sendout.finding.expressions import OneOf, holds
from sendout.suppression.models import Reason, Suppression

CHANNELS = ("email", "sms")
COUNTED = 2_000  # entries of one channel and reason that are counted while a page waits
LARGEST = 2**63 - 1
AT_A_TIME = 2_000  # rows fetched

COLUMNS = ["channel", "address", "category", "reason", "evidence", "created_at", "created_by"]

_KINDS = "unnest(%(channels)s::text[], %(reasons)s::text[]) AS kind (channel, reason)"
_OF_KIND = """
    FROM suppression_suppression s WHERE s.organisation_id = %(organisation)s
        AND s.channel = kind.channel AND s.reason = kind.reason"""
OLDER = f"""
SELECT found.id FROM {_KINDS} CROSS JOIN LATERAL (
    SELECT s.id {_OF_KIND} AND s.id < %(than)s ORDER BY s.id DESC LIMIT %(most)s
) AS found ORDER BY found.id DESC LIMIT %(most)s
"""
NEWER = f"""
SELECT found.id FROM {_KINDS} CROSS JOIN LATERAL (
    SELECT s.id {_OF_KIND} AND s.id > %(than)s ORDER BY s.id LIMIT %(most)s
) AS found ORDER BY found.id LIMIT %(most)s
"""
COUNT = f"""
SELECT kind.channel, kind.reason, count(*) FROM {_KINDS} CROSS JOIN LATERAL (
    SELECT {_OF_KIND} LIMIT %(most)s
) AS found GROUP BY kind.channel, kind.reason
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries. words: that occur in the address. addresses: that are meant as well."""

    organisation: Organisation
    channel: str = ""
    reason: str = ""
    words: tuple[Term, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The pairs of channel and reason that fit; an unknown one fits nothing."""
        every = product(CHANNELS, Reason.values)
        return [
            (channel, reason)
            for channel, reason in every
            if self.channel in ("", channel) and self.reason in ("", reason)
        ]

    @property
    def entries(self) -> QuerySet[Suppression]:
        """All that fit, the newest first."""
        found = Suppression.objects.filter(organisation=self.organisation)
        if self.channel:
            found = found.filter(channel=self.channel)
        if self.reason:
            found = found.filter(reason=self.reason)
        if self.words:
            found = found.filter(self._said)
        return found.order_by("-pk")

    @property
    def _said(self) -> Q:
        said = Q()
        for word in self.words:
            said &= holds("address", word)
        return said | Q(OneOf("address", self.addresses))


def older(wanted: Wanted, than: int, most: int) -> list[Suppression]:
    """Give the entries that came before the one with this id (0: all), the newest first."""
    than = than or LARGEST
    if wanted.words:
        return list(wanted.entries.filter(pk__lt=than).select_related("created_by")[:most])
    return _fetch(_ids(OLDER, wanted, than, most))


def newer(wanted: Wanted, than: int, most: int) -> list[Suppression]:
    """Give the entries that came just after the one with this id, the newest first."""
    if wanted.words:
        found = wanted.entries.filter(pk__gt=than).select_related("created_by").order_by("pk")
        return list(found[:most])[::-1]
    return _fetch(_ids(NEWER, wanted, than, most))


def _ids(statement: str, wanted: Wanted, than: int, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**_values(wanted), "than": than, "most": most})
        return [pk for (pk,) in cursor.fetchall()]


def _fetch(ids: Sequence[int]) -> list[Suppression]:
    entries = Suppression.objects.filter(pk__in=ids).select_related("created_by")
    return list(entries.order_by("-pk"))


def _values(wanted: Wanted) -> dict[str, int | list[str]]:
    kinds = wanted.kinds
    return {
        "organisation": wanted.organisation.pk,
        "channels": [channel for channel, _ in kinds],
        "reasons": [reason for _, reason in kinds],
    }


def count(wanted: Wanted, *, bounded: bool = True) -> Counter[tuple[str, str]]:
    """Count the entries of each channel and reason, words left aside.

    bounded: stop at one more than `COUNTED` of each, as a page does that must not wait.
    """
    most = COUNTED + 1 if bounded else LARGEST
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {**_values(wanted), "most": most})
        return Counter({(channel, reason): n for channel, reason, n in cursor.fetchall()})


def rows(entries: QuerySet[Suppression]) -> Iterator[list[object]]:
    """Give these entries by `COLUMNS`, fetched as they are asked for; times in UTC."""
    names = [*COLUMNS[:-1], "created_by__name", "created_by__email"]
    for *columns, name, email in entries.values_list(*names).iterator(AT_A_TIME):
        yield [*columns, name or email or ""]
