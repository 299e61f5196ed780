"""Templates: what is said again and again."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Language, Organisation, User
from sendout.compose.fields import problems
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut, State, Template
from sendout.sendouts.ready_made import READY_MADE
from tests.cast import sign_in

PAGE = "/o/aqua-club/templates/"


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def sent(club: Organisation, alice: User) -> SendOut:
    sendout = drafts.start(club, alice, "Pool closed", "both")
    Message.objects.filter(pk=sendout.message_id).update(subject="Closed", body="**Closed**")
    SendOut.objects.filter(pk=sendout.pk).update(state=State.FINISHED, fallback_minutes=15)
    return sendout


def test_a_template_lives_from_a_send_out_to_new_drafts(browser: Client, sent: SendOut) -> None:
    assert "Pool closed" in browser.get(f"{PAGE}keep/{sent.pk}/").content.decode()
    assert browser.post(f"{PAGE}keep/{sent.pk}/", {"name": "Closed"}).status_code == 302
    template = Template.objects.get()
    assert "not yet" in browser.get(PAGE).content.decode()

    answer = browser.post(f"{PAGE}{template.pk}/use/")
    draft = SendOut.objects.get(state=State.DRAFT)
    assert answer["Location"] == f"/o/aqua-club/compose/{draft.pk}/"
    assert (draft.name, draft.channels, draft.message.body) == ("Closed", "both", "**Closed**")
    assert draft.fallback_minutes == 15
    template.refresh_from_db()
    assert template.used_at is not None
    Message.objects.filter(pk=draft.message_id).update(body="today only")
    assert Template.objects.get().message.body == "**Closed**"

    browser.post(f"{PAGE}{template.pk}/rename/", {"name": "Fermé"})
    assert Template.objects.get().name == "Fermé"
    answer = browser.post(f"{PAGE}{template.pk}/delete/", follow=True)
    assert "The template “Fermé” was deleted" in answer.content.decode()
    assert Message.objects.count() == SendOut.objects.count() == 2


def test_a_name_is_given_once_unless_it_replaces(browser: Client, sent: SendOut) -> None:
    browser.post(f"{PAGE}keep/{sent.pk}/", {"name": "Closed"})
    answer = browser.post(f"{PAGE}keep/{sent.pk}/", {"name": "closed"})
    assert answer.status_code == 422
    assert "There is a template named “closed” already. Take another" in answer.content.decode()
    Message.objects.filter(pk=sent.message_id).update(body="newer")
    browser.post(f"{PAGE}keep/{sent.pk}/", {"name": "closed", "replaces": "on"})
    assert Template.objects.get().message.body == "newer"
    browser.post(f"{PAGE}keep/{sent.pk}/", {"name": "Open"})
    opened = Template.objects.get(name="Open")
    answer = browser.post(f"{PAGE}{opened.pk}/rename/", {"name": "CLOSED"})
    assert answer.status_code == 422
    assert Template.objects.filter(name="Open").exists()
    assert Message.objects.count() == 3


def test_texts_are_offered_in_the_languages_of_the_club(
    browser: Client, club: Organisation
) -> None:
    page = browser.get(PAGE).content.decode()
    assert "No templates of your own yet" in page
    assert "closure-en" in page
    assert "closure-fr" not in page
    Participant.objects.create(organisation=club, language=Language.FRENCH)
    page = browser.get(PAGE).content.decode()
    assert page.index("closure-en") < page.index("closure-fr")
    browser.post(f"{PAGE}ready/closure-fr/use/")
    draft = SendOut.objects.get()
    assert (draft.name, draft.message.subject) == ("Fermeture", "Fermé [jour] : [lieu]")
    assert browser.post(f"{PAGE}ready/nothing/use/").status_code == 404


def test_what_comes_along_has_the_same_in_both_languages() -> None:
    by_language = {
        language: [
            (r.channels, r.category, bool(r.sms)) for r in READY_MADE if r.language == language
        ]
        for language in Language
    }
    assert by_language[Language.ENGLISH] == by_language[Language.FRENCH]
    for ready in READY_MADE:
        said = Message(subject=ready.subject, body=ready.body, sms_text=ready.sms)
        assert problems(said) == [], ready.key
