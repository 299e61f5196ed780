"""Received texts, months and what the ledger is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import available_timezones

from django.db import connection, transaction

from sendout.accounts.models import Organisation
from sendout.usage import ledger
from sendout.usage.ledger import Charge, charge, month_of, next_month, spent
from sendout.usage.models import Usage
from sendout.usage.prices import put
from sendout.usage.statement import read_month

NO_MONTHS = ("", "2026", "2026-13", "2026-00", "November", "9999-12", "2026-W4", "2026-11\n")
NOON = datetime(2026, 1, 31, 17, tzinfo=UTC)
NEXT = datetime(2026, 2, 1, 4, 59, tzinfo=UTC)  # still January in Toronto


def test_a_received_text_is_charged_at_the_regular_rate(club: Organisation):
    put(club, ("sms", "out", "CA"), 14_000)
    assert charge(club, "+15145550100", 2, NOON) == Charge("CA", 2, 28_000)
    assert charge(club, "+15145550100", 1, NEXT) == Charge("CA", 1, 14_000)
    [line] = Usage.objects.all()
    assert (line.day, line.kind, line.channel, line.country) == (
        date(2026, 1, 31), "received", "sms", "CA",
    )  # fmt: skip
    assert (line.n, line.segments, line.price, line.sendout) == (2, 3, 42_000, 0)


def test_what_was_not_kept_is_not_charged(club: Organisation):
    put(club, ("sms", "out", "CA"), 14_000)
    with transaction.atomic():
        charge(club, "+15145550100", 1, NOON)
        transaction.set_rollback(True)
    assert spent(club.pk, date(2026, 1, 1)) == 0


def test_a_month_is_that_of_the_organisations_clock(club: Organisation, other_club: Organisation):
    put(club, ("sms", "in", ""), 5)
    put(other_club, ("sms", "in", ""), 7)
    for now in (NOON, NEXT, NEXT.replace(hour=5)):
        charge(club, "+15145550100", 1, now)
    charge(other_club, "+15145550100", 1, NOON)
    months = [spent(club.pk, date(2026, month, 1)) for month in (1, 2, 3)]
    assert months == [10, 5, 0]
    assert month_of(club, NEXT) == date(2026, 1, 1)


def test_months_follow_each_other():
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert next_month(date(2026, 1, 31)) == date(2026, 2, 1)
    assert read_month("2026-11") == date(2026, 11, 1)
    assert [read_month(text) for text in NO_MONTHS] == [None] * len(NO_MONTHS)


def test_postgresql_knows_every_zone_an_organisation_can_keep(db: None):
    """A day is reckoned where the rows are: a zone unknown there would keep all from settling."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()}
    assert available_timezones() - known <= {"localtime"}


def test_there_is_nothing_to_ask_of_a_send_out_that_cost_nothing(db: None):
    assert ledger.of_sendout(1) == {}
