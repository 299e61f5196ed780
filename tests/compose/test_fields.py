"""Which merge fields a message uses, and who lacks them."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation
from sendout.compose.fields import (
    fields_used,
    merge_values,
    missing_fields,
    problems,
)
from sendout.compose.models import Message
from sendout.people.columns import own_columns
from sendout.people.models import Participant


@pytest.fixture
def message() -> Message:
    return Message(
        subject="Hi {{ first_name }}",
        body="{{ Child|your child }} {{ Niveau }} {{ first_name }} {{ Locker }}",
        sms_text="{{ child }}",
    )


def add(club: Organisation, **values: object) -> Participant:
    return Participant.objects.create(organisation=club, **values)


def test_values_are_found_by_folded_name(club: Organisation) -> None:
    ann = Participant(first_name="Ann", last_name="Roy", fields={"Prénom  usuel": "Annie"})
    values = merge_values(ann, club)
    assert values["prenom_usuel"] == "Annie"
    assert values["name"] == "Ann Roy"
    assert values["organisation"] == "Aqua Club"


def test_a_standard_field_wins_over_an_own_column_of_that_name(club: Organisation) -> None:
    ann = Participant(email="a@x.example", fields={"E-mail": "b@x.example", "Email": "c@x.example"})
    assert merge_values(ann, club)["email"] == "a@x.example"


def test_of_two_columns_alike_the_filled_one_counts(club: Organisation) -> None:
    ann = Participant(fields={"Child": "Zoé", "child": ""})
    assert merge_values(ann, club)["child"] == "Zoé"


def test_each_field_used_is_named_once_by_channel(message: Message) -> None:
    assert fields_used(message) == ["first_name", "Child", "Niveau", "Locker"]
    assert fields_used(message, ("sms",)) == ["child"]


def test_missing_fields_are_counted_in_the_database(club: Organisation, message: Message) -> None:
    add(club, first_name="Ann", fields={"niveau": "2"})
    add(club, first_name="", fields={"Niveau": ""})
    add(club, first_name="Cem", fields={"Niveau": "", "NIVEAU": "3"})
    add(club, first_name="Dia")
    people = Participant.objects.filter(organisation=club)
    assert missing_fields(message, people, own_columns(club), ("email",)) == {
        "first_name": 1,
        "Niveau": 2,
        "Locker": 4,
    }


def test_a_field_with_a_fallback_is_never_missing(club: Organisation, message: Message) -> None:
    add(club, first_name="Ann")
    people = Participant.objects.filter(organisation=club)
    assert "Child" not in missing_fields(message, people, own_columns(club), ("email",))
    assert missing_fields(message, people, own_columns(club), ("sms",)) == {"child": 1}


def test_the_way_out_and_the_organisation_are_never_missing(club: Organisation) -> None:
    add(club)
    message = Message(body="{{ organisation }} {{ unsubscribe_url }} {{ name }}")
    assert missing_fields(message, Participant.objects.all(), own_columns(club)) == {"name": 1}


def test_a_column_with_strange_letters_is_counted_too(club: Organisation) -> None:
    add(club, fields={'it\'s 100% "a__b"': "x"})
    add(club, fields={'it\'s 100% "a__b"': ""})
    message = Message(sms_text='{{ it\'s 100% "a__b" }}')
    everybody = Participant.objects.all()
    assert list(missing_fields(message, everybody, own_columns(club)).values()) == [1]


def test_what_is_nearly_a_merge_field_is_named() -> None:
    message = Message(body="Hi\n{{ first_name", sms_text="{{ }}")
    assert [(problem.line, problem.text) for problem in problems(message)] == [
        (2, "{{ first_name"),
        (1, "{{ }}"),
    ]
