"""The organisation's own columns are found by looking at one participant of each kind."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from sendout.accounts.models import Organisation
from sendout.people.columns import own_columns
from sendout.people.models import Participant


def add(club: Organisation, fields: dict[str, object], times: int = 1) -> None:
    Participant.objects.bulk_create(
        Participant(organisation=club, fields=fields) for _ in range(times)
    )


def test_all_columns_of_all_kinds_are_named(club: Organisation) -> None:
    add(club, {"Niveau": "1", "Child": "x"}, 3)
    add(club, {"Child": "y", 'it\'s 100% "a__b"': "z"})
    add(club, {}, 2)
    add(club, {"locker": ""})
    assert own_columns(club) == ["Child", 'it\'s 100% "a__b"', "locker", "Niveau"]


def test_nobody_has_no_columns(club: Organisation) -> None:
    assert own_columns(club) == []


def test_those_of_others_are_not_named(club: Organisation) -> None:
    add(Organisation.objects.create(name="Rink", slug="rink"), {"Team": "A"})
    assert own_columns(club) == []


def test_a_column_that_nobody_has_any_more_is_gone(club: Organisation) -> None:
    add(club, {"Team": "A"})
    Participant.objects.update(fields={"Level": "2"})
    assert own_columns(club) == ["Level"]


def test_many_are_not_read_through(club: Organisation) -> None:
    add(club, {"Team": "A"}, 3000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_participant")
    with CaptureQueriesContext(connection) as asked:
        own_columns(club)
    (statement,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "participant_kind" in plan
    assert "Seq Scan" not in plan
