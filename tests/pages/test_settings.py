"""Settings, members, invitations, the first page, one's own name."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from sendout.accounts.invitations import find, invite, token_of
from sendout.accounts.models import Invitation, Membership, Organisation, Role, User
from sendout.pages.settings.countries import countries
from tests.cast import PASSWORD, join, sign_in

DANA = "dana@example.org"


def at(name: str, *args: object, club: str = "aqua-club") -> str:
    return reverse(f"pages:{name}", args=[club, *args])


def filled(**more: str) -> dict[str, str]:
    return {
        "name": "Aqua Club",
        "postal_address": "12 Pool Street",
        "contact": "514 555-0100",
        "timezone": "America/Toronto",
        "country": "CA",
        "language": "en",
        "undo_seconds": "20",
        **more,
    }


def test_an_owner_changes_the_settings(alice: User) -> None:
    sign_in(alice).post(at("settings"), filled(name="Aqua", country="FR", timezone="Europe/Paris"))
    club = Organisation.objects.get()
    assert (club.name, club.country, club.timezone) == ("Aqua", "FR", "Europe/Paris")


def test_a_city_is_enough_for_the_time_zone(alice: User) -> None:
    sign_in(alice).post(at("settings"), filled(timezone="st johns"))
    assert Organisation.objects.get().timezone == "America/St_Johns"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("timezone", "Mars/Base", "is not a time zone name"),
        ("country", "XX", "Select a valid choice"),
        ("name", "", "This field is required"),
    ],
)
def test_what_does_not_fit_is_said(alice: User, field: str, value: str, sentence: str) -> None:
    answer = sign_in(alice).post(at("settings"), filled(**{field: value}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_countries_have_names(alice: User) -> None:
    page = sign_in(alice).get(at("settings")).content.decode()
    assert '<option value="CA" selected>Canada</option>' in page
    assert not re.findall(r'<option value="([A-Z]{2})">(?:\1|\*.*)</option>', page)


def test_others_read_the_settings_and_do_not_change_them(bob: User) -> None:
    browser = sign_in(bob)
    assert "12 Pool Street" in browser.get(at("settings")).content.decode()
    assert browser.post(at("settings"), filled(name="Mine")).status_code == 403


def test_an_invitation_goes_out_and_lets_somebody_new_in(alice: User) -> None:
    sign_in(alice).post(at("member_invite"), {"email": DANA, "role": "sender"})
    [sent] = mail.outbox
    [address] = re.findall(r"http\S+", str(sent.body))
    browser = Client()
    path = urlsplit(address).path
    assert "Join Aqua Club" in browser.get(path).content.decode()
    answer = browser.post(path, {"name": "Dana", "password": PASSWORD})
    assert answer.headers["Location"] == "/o/aqua-club/messages/"
    assert Membership.objects.get(user__email=DANA).role == Role.SENDER
    assert browser.get(at("members")).status_code == 200


def test_a_weak_password_is_refused_and_the_link_stays_good(alice: User) -> None:
    path = invitation_path(alice)
    answer = Client().post(path, {"name": "Dana", "password": "password12"})
    assert answer.status_code == 422
    assert "too common" in answer.content.decode()
    assert not User.objects.filter(email=DANA).exists()


def invitation_path(alice: User, email: str = DANA) -> str:
    invitation = invite(alice.memberships.get().organisation, email, Role.SENDER, alice)
    return reverse("pages:invitation", args=[token_of(invitation)])


def test_somebody_with_an_account_signs_in_and_joins(alice: User, charlie: User) -> None:
    path = invitation_path(alice, charlie.email)
    assert f"/account/login/?next={quote(path)}" in Client().get(path).content.decode()
    browser = sign_in(charlie)
    assert browser.get(path).status_code == 200
    assert charlie.memberships.count() == 1
    browser.post(path)
    assert charlie.memberships.count() == 2


def test_somebody_elses_link_is_said(alice: User, charlie: User) -> None:
    path = invitation_path(alice)
    browser = sign_in(charlie)
    for answer in (browser.get(path), browser.post(path)):
        assert f"You are signed in as {charlie.email}" in answer.content.decode()
    assert charlie.memberships.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [("used", "used already"), ("old", "older than 14 days"), ("cut", "not complete")],
)
def test_a_link_that_is_not_good_says_why(alice: User, change: str, sentence: str) -> None:
    path = invitation_path(alice)
    if change == "used":
        Invitation.objects.update(accepted_at=timezone.now())
    elif change == "old":
        Invitation.objects.update(created_at=timezone.now() - timedelta(days=15))
    else:
        path = path[:-4] + "/"
    answer = Client().get(path)
    assert answer.status_code == 404
    assert sentence in answer.content.decode()


def test_an_invitation_is_taken_back(alice: User) -> None:
    path = invitation_path(alice)
    browser = sign_in(alice)
    assert DANA in browser.get(at("members")).content.decode()
    browser.post(at("invitation_revoke", Invitation.objects.get().pk))
    assert "taken back" in Client().get(path).content.decode()


def test_a_mail_that_cannot_leave_is_said_and_the_link_is_there(
    alice: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = sign_in(alice).post(at("member_invite"), {"email": DANA, "role": "viewer"}, follow=True)
    text = page.content.decode()
    assert "could not be sent" in text
    [token] = re.findall(r"/invitation/([^/\s<\"]+)/", text)
    assert find(token).email == DANA


def test_a_member_is_not_invited_again(alice: User, bob: User) -> None:
    answer = sign_in(alice).post(at("member_invite"), {"email": bob.email, "role": "owner"})
    assert answer.status_code == 422
    assert "is a member already" in answer.content.decode()


def test_roles_change_and_members_go(alice: User, bob: User) -> None:
    browser = sign_in(alice)
    membership = bob.memberships.get()
    browser.post(at("member_role", membership.pk), {"role": "sender"})
    assert bob.memberships.get().role == Role.SENDER
    browser.post(at("member_remove", membership.pk))
    assert not bob.memberships.exists()


def test_the_last_owner_stays(alice: User) -> None:
    browser = sign_in(alice)
    own = alice.memberships.get()
    for url, data in (
        (at("member_role", own.pk), {"role": "viewer"}),
        (at("member_remove", own.pk), {}),
    ):
        page = browser.post(url, data, follow=True)
        assert "This is the only owner" in page.content.decode()
    assert alice.memberships.get().role == Role.OWNER


def test_an_owner_who_leaves_ends_at_the_first_page(alice: User, club: Organisation) -> None:
    join(club, "Dana", Role.OWNER)
    page = sign_in(alice).post(at("member_remove", alice.memberships.get().pk), follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "You belong to no organisation yet" in page.content.decode()


def test_the_first_page_is_the_only_organisations_messages(alice: User) -> None:
    assert sign_in(alice).get("/").headers["Location"] == "/o/aqua-club/messages/"


def test_with_two_organisations_the_first_page_lets_one_choose(
    alice: User, other_club: Organisation
) -> None:
    Membership.objects.create(organisation=other_club, user=alice, role=Role.VIEWER)
    page = sign_in(alice).get("/").content.decode()
    assert "/o/aqua-club/messages/" in page
    assert "/o/skating-club/messages/" in page


def test_whoever_is_not_signed_in_signs_in_first(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"] == "/account/login/?next=/"


def test_one_changes_ones_own_name(alice: User) -> None:
    sign_in(alice).post("/profile/", {"name": "Alice B."})
    alice.refresh_from_db()
    assert alice.name == "Alice B."


def member_urls(membership: Membership, invitation: Invitation) -> list[str]:
    return [
        at("member_invite"),
        at("invitation_revoke", invitation.pk),
        at("member_role", membership.pk),
        at("member_remove", membership.pk),
    ]


def test_others_see_members_and_change_none(alice: User, bob: User, club: Organisation) -> None:
    invitation = invite(club, DANA, Role.SENDER, alice)
    browser = sign_in(bob)
    page = browser.get(at("members")).content.decode()
    assert alice.email in page
    assert "/invitation/" not in page
    for url in member_urls(alice.memberships.get(), invitation):
        assert browser.post(url, {"role": "viewer"}).status_code == 403


def test_charlie_finds_nothing(alice: User, charlie: User, club: Organisation) -> None:
    invitation = invite(club, DANA, Role.SENDER, alice)
    browser = sign_in(charlie)
    urls = member_urls(alice.memberships.get(), invitation)
    for url in [at("settings"), at("members"), *urls]:
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"role": "viewer"}).status_code == 404
    for url in urls[1:]:
        own = url.replace("aqua-club", "skating-club")
        assert browser.post(own, {"role": "viewer"}).status_code == 404
    assert alice.memberships.get().role == Role.OWNER
    assert Invitation.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://news.club.example/", "https://news.club.example"),
        (" http://t.club.example:8080/mail/ ", "http://t.club.example:8080/mail"),
        ("", ""),
    ],
)
def test_tracked_links_stand_on_an_own_address(alice: User, typed: str, kept: str) -> None:
    sign_in(alice).post(at("settings"), filled(tracks="on", tracking_url=typed))
    club = Organisation.objects.get()
    assert (club.tracks, club.tracking_url) == (True, kept)


@pytest.mark.parametrize(
    "typed",
    [
        "news.club.example",
        "ftp://news.club.example",
        "https://",
        "https://user:word@club.example",
        "https://club.example/?a=b",
        "https://club.example/#a",
        "https://club.example/a b",
        'https://club.example/">',
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_tracked_links_cannot_have_is_refused(alice: User, typed: str) -> None:
    answer = sign_in(alice).post(at("settings"), filled(tracking_url=typed))
    assert answer.status_code == 422
    assert "Give a web address" in answer.content.decode()
    assert Organisation.objects.get().tracking_url == ""


def test_an_owner_switches_tracking_off(alice: User) -> None:
    sign_in(alice).post(at("settings"), filled())
    assert not Organisation.objects.get().tracks


def test_countries_are_named_in_each_language_with_their_accents() -> None:
    with override("fr"):
        named = countries()
    assert {"CA": "Canada", "US": "États-Unis", "BJ": "Bénin"}.items() <= dict(named).items()
    begin_so = [name for _, name in named if name[0] in "EÉ"]
    assert begin_so[:3] == ["Égypte", "Émirats arabes unis", "Équateur"]
    assert dict(countries())["CI"] == "Côte d’Ivoire"
    assert not [code for code, name in countries() if code == name]
