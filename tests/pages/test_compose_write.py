"""Writing a send-out in the browser."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, Role, User
from sendout.compose.models import Message
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts import drafts
from sendout.sendouts.drafts import closed
from sendout.sendouts.models import SendOut, State
from tests.cast import join, sign_in

NEW = "/o/aqua-club/compose/"
WRITTEN = {
    "name": "Pool closed",
    "channels": "both",
    "category": "operational",
    "subject": "Hi {{ first_name }}",
    "body_format": "markdown",
    "body": "The pool is **closed**.",
    "sms_text": "Pool closed",
    "version": "0",
}


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


def begin(browser: Client, **changes: str) -> SendOut:
    answer = browser.post(NEW, WRITTEN | changes)
    assert answer.status_code == 302, answer.content.decode()
    return SendOut.objects.latest("pk")


def test_a_message_is_tracked_unless_its_writer_says_no(browser: Client) -> None:
    assert 'name="tracks" aria-describedby="id_tracks_helptext" id="id_tracks" checked' in (
        browser.get(NEW).content.decode()
    )
    assert begin(browser, tracks="on").message.tracks
    assert not begin(browser).message.tracks


def test_a_message_keeps_its_choice_while_nothing_is_tracked(
    browser: Client, club: Organisation
) -> None:
    chosen = begin(browser, tracks="on")
    Organisation.objects.update(tracks=False)
    page = browser.get(f"{NEW}{chosen.pk}/").content.decode()
    assert '<input type="hidden" name="tracks" value="True"' in page
    assert begin(browser, tracks="True").message.tracks
    assert not begin(browser, tracks="False").message.tracks


def test_the_first_look_makes_no_draft(browser: Client) -> None:
    assert browser.get(NEW).status_code == 200
    assert not SendOut.objects.exists()


def test_the_first_save_makes_a_draft_with_the_default_senders(
    browser: Client, email_sender: Sender, sms_sender: Sender, alice: User
) -> None:
    sendout = begin(browser)
    assert (sendout.name, sendout.state, sendout.created_by) == ("Pool closed", State.DRAFT, alice)
    assert sendout.message.body == "The pool is **closed**."
    assert (sendout.email_sender, sendout.sms_sender) == (email_sender, sms_sender)


@pytest.mark.parametrize(
    ("then", "page"), [("audience", "audience/"), ("check", "check/"), ("write", "")]
)
def test_the_button_says_where_it_goes_on(browser: Client, then: str, page: str) -> None:
    answer = browser.post(NEW, WRITTEN | {"then": then})
    assert answer["Location"] == f"{NEW}{SendOut.objects.get().pk}/{page}"


def test_the_page_shows_what_was_saved(browser: Client) -> None:
    page = browser.get(f"{NEW}{begin(browser).pk}/").content.decode()
    assert "The pool is **closed**." in page
    assert "<strong data-segments>1</strong>" in page


def test_line_ends_are_stored_as_one_character(browser: Client) -> None:
    assert begin(browser, sms_text="a\r\nb").message.sms_text == "a\nb"


def test_the_counter_names_what_makes_it_dear(browser: Client) -> None:
    page = browser.get(f"{NEW}{begin(browser, sms_text='fête 🏊').pk}/").content.decode()
    assert "UCS-2" in page
    assert "<code>ê</code> <code>🏊</code>" in page


def test_own_columns_are_offered_once(browser: Client, club: Organisation) -> None:
    Participant.objects.create(organisation=club, fields={"Child": "x", "Email": "y"})
    Participant.objects.create(organisation=club, fields={"child": "x"})
    page = browser.get(NEW).content.decode()
    assert page.casefold().count('data-insert="child"') == 1
    assert 'data-insert="first_name"' in page


def test_a_missing_name_is_asked_for_and_nothing_typed_is_lost(browser: Client) -> None:
    answer = browser.post(NEW, WRITTEN | {"name": ""})
    assert answer.status_code == 422
    assert "The pool is **closed**." in answer.content.decode()
    assert not Message.objects.exists()


def test_a_subject_cannot_hold_a_second_line(browser: Client) -> None:
    sendout = begin(browser, subject="Hi\r\nBcc: all@x.example")
    assert "\n" not in sendout.message.subject


def test_the_second_of_two_browsers_sees_both_texts(
    browser: Client, club: Organisation, alice: User
) -> None:
    sendout = begin(browser)
    address, version = f"{NEW}{sendout.pk}/", str(sendout.message.version)
    dana = sign_in(join(club, "Dana", Role.SENDER))
    dana.post(address, WRITTEN | {"body": "Dana's text", "version": version})
    answer = browser.post(address, WRITTEN | {"body": "Alice's text", "version": version})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Dana saved this message at" in page
    assert "Dana&#x27;s text" in page
    assert "Alice&#x27;s text" in page
    sendout.message.refresh_from_db()
    assert sendout.message.body == "Dana's text"

    again = answer.context["form"]["version"].value()
    browser.post(address, WRITTEN | {"body": "Alice's text", "version": again})
    sendout.message.refresh_from_db()
    assert sendout.message.body == "Alice's text"


IN_FRENCH = {
    "in_both": "on", "other_subject": "Fermé\nlundi", "other_body": "Rien.",
    "other_sms_text": "Fermé",
}  # fmt: skip


def test_both_languages_are_kept_copied_and_shown_where_others_saved(
    browser: Client, club: Organisation
) -> None:
    sendout = begin(browser, **IN_FRENCH)
    message = sendout.message
    assert (message.other_language, message.other_subject) == ("fr", "Fermé lundi")
    assert (message.other_body, message.other_sms_text) == ("Rien.", "Fermé")
    address, version = f"{NEW}{sendout.pk}/", str(message.version)
    assert "Fermé lundi" in browser.get(address).content.decode()
    assert drafts.copy(sendout, None).message.other_body == "Rien."
    dana = sign_in(join(club, "Dana", Role.SENDER))
    dana.post(address, WRITTEN | {"version": version})
    answer = browser.post(address, WRITTEN | IN_FRENCH | {"version": version})
    assert answer.status_code == 409
    assert "In English and in French, as saved" in answer.content.decode()
    sendout.message.refresh_from_db()
    assert (sendout.message.other_language, sendout.message.other_body) == ("", "")


def test_the_other_language_is_another_one_than_the_organisations(
    browser: Client, club: Organisation
) -> None:
    Organisation.objects.update(language="fr")
    sendout = begin(browser, **IN_FRENCH)
    assert sendout.message.other_language == "en"
    assert "Objet en anglais" in browser.get(NEW).content.decode()
    Organisation.objects.update(language="en")  # it stays what it was written as
    address, version = f"{NEW}{sendout.pk}/", str(sendout.message.version)
    assert "Subject in English" in browser.get(address).content.decode()
    browser.post(address, WRITTEN | IN_FRENCH | {"version": version})
    sendout.message.refresh_from_db()
    assert sendout.message.other_language == "en"


@pytest.mark.parametrize("state", [State.RUNNING, State.FINISHED, State.SCHEDULED, State.PAUSED])
def test_what_was_started_or_scheduled_cannot_be_written_on(browser: Client, state: State) -> None:
    sendout = begin(browser)
    SendOut.objects.filter(pk=sendout.pk).update(state=state)
    sendout.refresh_from_db()
    for page in ("", "audience/"):
        assert closed(sendout) in browser.get(f"{NEW}{sendout.pk}/{page}").content.decode()
        answer = browser.post(f"{NEW}{sendout.pk}/{page}", WRITTEN | {"body": "other"})
        assert answer.status_code == 409
    sendout.message.refresh_from_db()
    assert sendout.message.body == WRITTEN["body"]


def test_an_sms_is_proposed_from_the_email_and_saved(browser: Client) -> None:
    begun = begin(browser, then="propose", sms_text=" ")
    assert begun.message.sms_text == "The pool is closed."
    assert begun.message.body == "The pool is **closed**."


def test_a_proposal_overwrites_nothing(browser: Client) -> None:
    answer = browser.post(NEW, WRITTEN | {"then": "propose", "sms_text": "Mine"}, follow=True)
    assert "The SMS has a text already: empty it" in answer.content.decode()
    assert SendOut.objects.get().message.sms_text == "Mine"


def test_without_an_email_there_is_nothing_to_propose(browser: Client) -> None:
    empty = {"then": "propose", "sms_text": "", "body": " "}
    answer = browser.post(NEW, WRITTEN | empty, follow=True)
    assert "Write the email first" in answer.content.decode()
    assert SendOut.objects.get().message.sms_text == ""
