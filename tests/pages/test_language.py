"""Which language Sendout speaks to whom."""

from __future__ import annotations

from django.test import Client

from sendout.accounts.models import Organisation, User
from tests.cast import sign_in

FRENCH = {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}


def language_of(client: Client, path: str, **headers: str) -> str:
    page = client.get(path, headers=headers).content.decode()
    return page.partition('<html lang="')[2][:2]


def test_before_the_sign_in_the_browser_says_the_language(db: None) -> None:
    page = Client().get("/account/password/reset/", headers=FRENCH)
    assert "Accept-Language" in page["Vary"]
    assert "Réinitialiser" in page.content.decode()
    assert language_of(Client(), "/account/login/") == "en"
    assert language_of(Client(), "/account/login/", **{"Accept-Language": "de"}) == "en"


def test_a_browser_remembers_what_was_chosen_on_the_sign_in_page(db: None) -> None:
    client = Client()
    asked = {"language": "fr", "next": "/account/login/?next=/profile/"}
    answer = client.post("/language/", asked)
    assert answer["Location"] == "/account/login/?next=/profile/"
    assert language_of(client, "/account/login/") == "fr"
    for language, elsewhere in (("de", "https://example.org/"), ("", "//example.org"), ("en", "x")):
        answer = client.post("/language/", {"language": language, "next": elsewhere})
        assert answer["Location"] == "/"
    assert language_of(client, "/account/login/") == "en"
    assert client.get("/language/?language=fr").status_code == 405


def test_a_member_reads_the_organisation_s_language_until_another_is_chosen(
    alice: User, club: Organisation, charlie: User
) -> None:
    Organisation.objects.filter(pk=club.pk).update(language="fr")
    client = sign_in(alice)
    assert language_of(client, "/o/aqua-club/messages/") == "fr"
    assert language_of(client, "/profile/") == "fr"
    assert language_of(client, "/account/email/") == "fr"
    client.post("/profile/", {"name": "Alice", "language": "en"})
    assert language_of(client, "/o/aqua-club/messages/", **FRENCH) == "en"
    client.post("/profile/", {"name": "Alice", "language": ""})
    assert language_of(client, "/o/aqua-club/messages/") == "fr"
    assert language_of(sign_in(charlie), "/o/skating-club/messages/", **FRENCH) == "en"
    alice.refresh_from_db()
    assert alice.language == ""


def test_what_a_member_chooses_on_a_page_follows_them_to_another_browser(alice: User) -> None:
    sign_in(alice).post("/language/", {"language": "fr", "next": "/"})
    assert language_of(sign_in(alice), "/o/aqua-club/messages/") == "fr"
