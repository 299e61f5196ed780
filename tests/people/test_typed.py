"""Addresses typed by hand."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation
from sendout.people.models import Participant
from sendout.people.typed import find_or_add


def test_an_address_of_a_family_stands_for_who_was_added_first(club: Organisation) -> None:
    shared = {"organisation": club, "email": "roy@x.example", "email_normal": "roy@x.example"}
    first = Participant.objects.create(first_name="Ann", **shared)
    Participant.objects.create(first_name="Zoé", **shared)
    assert find_or_add(club, "Roy@x.example").participants == [first]


def test_the_same_address_twice_is_one_participant(club: Organisation) -> None:
    found = find_or_add(club, "a@x.example, A@X.example\n514 555-0199;+1 514 555 0199")
    assert len(found.participants) == 2
    assert Participant.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("Ann Roy <a@x.example>", "Ann", "Roy"),
        ('"Ann van der Roy" <a@x.example>', "Ann", "van der Roy"),
        ("<a@x.example>", "", ""),
        ("Ann <514 555-0199>", "Ann", ""),
    ],
)
def test_a_name_before_the_address_is_kept(
    club: Organisation, typed: str, first: str, last: str
) -> None:
    made = find_or_add(club, typed).participants[0]
    assert (made.first_name, made.last_name) == (first, last)


def test_what_is_no_address_is_named_by_line_with_the_reason(club: Organisation) -> None:
    found = find_or_add(club, "\nnobody\n\na@\n12")
    assert [str(refusal) for refusal in found.refusals] == [
        'Line 2: "nobody" is neither an email address nor a phone number.',
        'Line 4: "a@" is not an email address: nothing stands after the @.',
        'Line 5: "12" is not a phone number in CA.',
    ]
    assert not Participant.objects.exists()


def test_nothing_typed_is_nobody(club: Organisation) -> None:
    assert find_or_add(club, " \n,; \n").participants == []
