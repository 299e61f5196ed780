"""The two questions to the list, one for a row and one for an audience, have one answer."""

from __future__ import annotations

from django.db import connection

from sendout.accounts.models import Organisation
from sendout.suppression.entries import stops, suppress
from sendout.suppression.models import Reason
from sendout.suppression.sql import STRENGTH, standing


def test_every_reason_has_a_strength() -> None:
    assert set(STRENGTH) == set(Reason)


def test_an_audience_is_told_the_same_as_each_of_its_rows(club: Organisation) -> None:
    addresses = [f"{n}@example.org" for n in range(40)]
    cases = [(c, r) for c in ("email", "sms") for r in Reason]
    for n, address in enumerate(addresses):
        for bit, (channel, reason) in enumerate(cases):
            if n * 37 + n * n >> bit & 1:
                suppress(club, channel, address, reason, ("", "marketing")[n % 2])
    for category in ("marketing", "operational"):
        told = ask(club, category)
        rows = [(c, a, stops(club, c, a, category)) for c in ("email", "sms") for a in addresses]
        assert told == {(c, a): reason for c, a, reason in rows if reason}


def ask(club: Organisation, category: str) -> dict[tuple[str, str], str]:
    listed = standing("%(organisation)s", "%(category)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT channel, address, reason FROM {listed} AS listed",  # noqa: S608
            {"organisation": club.pk, "category": category},
        )
        return {(channel, address): reason for channel, address, reason in cursor.fetchall()}
