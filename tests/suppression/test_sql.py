"""The two questions to the list, one for a row and one for an audience, have one answer."""

from __future__ import annotations

from django.db import connection

from sendout.accounts.models import Organisation
from sendout.suppression.entries import stops, suppress
from sendout.suppression.models import Reason
from sendout.suppression.sql import STRENGTH, reason_among_many


def test_every_reason_has_a_strength() -> None:
    assert set(STRENGTH) == set(Reason)


def test_an_audience_is_told_the_same_as_each_of_its_rows(club: Organisation) -> None:
    addresses = [f"{n}@example.org" for n in range(40)]
    cases = [(c, r) for c in ("email", "sms") for r in Reason]
    for n, address in enumerate(addresses):
        for bit, (channel, reason) in enumerate(cases):
            if n * 37 + n * n >> bit & 1:
                suppress(club, channel, address, reason, ("", "marketing")[n % 2])
    rows = [(channel, address) for channel in ("email", "sms") for address in addresses]
    for category in ("marketing", "operational"):
        told = ask(club, category, rows)
        assert told == [stops(club, channel, address, category) or "" for channel, address in rows]


def ask(club: Organisation, category: str, rows: list[tuple[str, str]]) -> list[str]:
    reason = reason_among_many("%(club)s", "row.channel", "row.address", "%(category)s")
    channels, addresses = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {reason} FROM unnest(%(channels)s::text[], %(addresses)s::text[])"  # noqa: S608
            " WITH ORDINALITY AS row (channel, address, n) ORDER BY n",
            {
                "club": club.pk,
                "category": category,
                "channels": list(channels),
                "addresses": list(addresses),
            },
        )
        return [reason for (reason,) in cursor.fetchall()]
