"""The settings for SMS: how to unsubscribe, quiet hours."""

from __future__ import annotations

from datetime import time

import pytest

from sendout.accounts.models import Organisation, User
from sendout.accounts.organisations import found
from tests.cast import sign_in

PAGE = "/o/aqua-club/settings/texts/"


def filled(**more: str) -> dict[str, str]:
    chosen = {"stop_words": "every", "quiet_from": "22:00", "quiet_until": "07:30"}
    return {**chosen, "quiet_hours": "on", **more}


def test_an_owner_changes_them(alice: User, club: Organisation) -> None:
    answer = sign_in(alice).post(PAGE, filled(stop_words_fr="  Rép.  STOP   svp "))
    assert answer.status_code == 302
    club.refresh_from_db()
    assert (club.stop_words, club.stop_words_fr) == ("every", "Rép. STOP svp")
    assert (club.quiet_hours, club.quiet_from, club.quiet_until) == (True, time(22), time(7, 30))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("quiet_until", "22:00", "Choose another time"),
        ("quiet_until", "25:00", "Enter a valid time"),
        ("stop_words", "sometimes", "Select a valid choice"),
        ("stop_words_en", "Write to us", "Name the word STOP in capitals"),
        ("stop_words_fr", "STOP pour arrêter", "Leave out ê"),
    ],
)
def test_what_does_not_fit_is_said(
    alice: User, club: Organisation, field: str, value: str, sentence: str
) -> None:
    answer = sign_in(alice).post(PAGE, filled(**{field: value}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    club.refresh_from_db()
    assert not club.quiet_hours


def test_others_look_and_strangers_do_not(bob: User, charlie: User, club: Organisation) -> None:
    assert "Owners can change these." in sign_in(bob).get(PAGE).content.decode()
    assert sign_in(bob).post(PAGE, filled()).status_code == 403
    assert sign_in(charlie).get(PAGE).status_code == 404
    club.refresh_from_db()
    assert not club.quiet_hours


def test_the_law_of_the_country_is_named(alice: User, club: Organisation) -> None:
    browser = sign_in(alice)
    assert "The law of Canada asks for it" in browser.get(PAGE).content.decode()
    Organisation.objects.filter(pk=club.pk).update(country="JP")
    assert "The law of" not in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(("country", "words"), [("CA", "every"), ("FR", "every"), ("JP", "none")])
def test_a_new_organisation_with_an_owner_begins_as_its_law_asks(
    charlie: User, country: str, words: str
) -> None:
    made = found("swim", "Swim", country=country, timezone="America/Toronto", owner=charlie)
    made.refresh_from_db()
    assert (made.stop_words, made.quiet_hours) == (words, True)
    assert (made.quiet_from, made.quiet_until) == (time(21), time(8))


@pytest.mark.django_db
def test_one_without_an_owner_is_left_to_its_scripts() -> None:
    made = found("swim", "Swim", country="CA", timezone="America/Toronto")
    assert (made.stop_words, made.quiet_hours) == ("none", False)
