"""`sendout org create` makes a place to work and lets its owner in."""

from __future__ import annotations

import argparse
from urllib.parse import urlsplit

import pytest
from django.test import Client

from sendout.accounts.models import Membership, Organisation, Role, User
from sendout.cli import org
from sendout.cli.problem import Problem


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    org.register(parser.add_subparsers())
    arguments = parser.parse_args(["org", "create", *words])
    return int(arguments.perform(arguments))


def test_the_new_owner_sets_a_password_by_the_printed_link_and_signs_in(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    run("aqua-club", "--name", "Aqua Club", "--owner-email", "Alice@Example.org")
    link = urlsplit(capsys.readouterr().out.split()[-1]).path
    browser = Client()
    form = browser.get(link, follow=True)
    new = {"password1": "correct horse battery", "password2": "correct horse battery"}
    done = browser.post(form.request["PATH_INFO"], new, follow=True)
    assert 'href="/account/login/"' in done.content.decode()
    assert Client().login(email="alice@example.org", password="correct horse battery")
    assert Membership.objects.get().role == Role.OWNER
    assert b"password1" not in Client().get(link, follow=True).content


def test_an_owner_with_an_account_keeps_it(
    charlie: User, capsys: pytest.CaptureFixture[str]
) -> None:
    run("aqua-club", "--name", "Aqua Club", "--owner-email", charlie.email)
    assert "signs in as before" in capsys.readouterr().out
    assert charlie.memberships.count() == 2


def test_country_and_time_zone_are_kept(db: None) -> None:
    run("nageurs", "--name", "Les Nageurs", "--country", "fr", "--timezone", "Europe/Paris")
    made = Organisation.objects.get()
    assert (made.country, made.timezone) == ("FR", "Europe/Paris")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["aqua club", "--name", "A"], "SLUG: Enter a valid “slug”"),
        (["aqua-club", "--name", " "], "--name: This field cannot be blank"),
        (["a", "--name", "A", "--country", "CAN"], "--country: "),
        (["a", "--name", "A", "--country", "ZZ"], '--country: there is no country "ZZ"'),
        (["a", "--name", "A", "--timezone", "Mars/Base"], "--timezone: “Mars/Base” is not"),
        (["a", "--name", "A", "--owner-email", "alice"], "--owner-email: .*has no @"),
    ],
)
def test_bad_input_is_said_with_the_option_and_leaves_nothing(
    db: None, words: list[str], sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        run(*words)
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


def test_a_slug_that_is_taken_is_said(club: Organisation) -> None:
    with pytest.raises(Problem, match='"aqua-club" already; choose another'):
        run("aqua-club", "--name", "Another")


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--owner-email", "alice@example.org"], (True, "21:00", "08:00")),
        (["--owner-email", "alice@example.org", "--quiet-hours", "off"], (False, "21:00", "08:00")),
        (["--quiet-hours", "22:00-07:30"], (True, "22:00", "07:30")),
        ([], (False, "21:00", "08:00")),
    ],
)
def test_quiet_hours_are_kept_for_people(
    db: None, words: list[str], kept: tuple[bool, str, str]
) -> None:
    run("aqua-club", "--name", "Aqua Club", *words)
    club = Organisation.objects.get()
    assert (club.quiet_hours, f"{club.quiet_from:%H:%M}", f"{club.quiet_until:%H:%M}") == kept


@pytest.mark.parametrize("typed", ["at night", "21:00", "21:00-21:00", "9-25", ""])
def test_quiet_hours_that_are_none_are_said(db: None, typed: str) -> None:
    with pytest.raises(Problem, match="--quiet-hours"):
        run("aqua-club", "--name", "Aqua Club", "--quiet-hours", typed)
    assert not Organisation.objects.exists()
