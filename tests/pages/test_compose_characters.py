"""What the characters of a text cost, and plain ones in their place."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, StopWords, User
from sendout.compose.models import Message
from sendout.core.message.gsm_plain import Plain
from sendout.deliveries.estimate import estimate
from sendout.deliveries.parts import count_parts
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts import drafts
from sendout.sendouts.models import OncePer, SendOut
from sendout.usage.prices import put
from tests.cast import sign_in

CURLY = "The pool isn’t open today, {{ first_name }}. See you on Saturday – same place, same time!"


@pytest.fixture
def browser(alice: User) -> Client:
    return sign_in(alice)


@pytest.fixture
def sendout(club: Organisation, alice: User, sms_sender: Sender) -> SendOut:
    sendout = drafts.start(club, alice, "Pool closed", "sms")
    Message.objects.filter(pk=sendout.message.pk).update(sms_text=CURLY)
    for name, number in (("Ann", "+15145550199"), ("Zoë", "+15145550198")):
        sendout.people.add(
            Participant.objects.create(
                organisation=club, first_name=name, phone=number, language="fr"
            )
        )
    sendout.message.refresh_from_db()
    return sendout


def check_page(browser: Client, sendout: SendOut) -> str:
    page = browser.get(f"/o/aqua-club/compose/{sendout.pk}/check/").content.decode()
    return " ".join(page.split())


def choose(browser: Client, sendout: SendOut, level: str, version: str = "") -> str:
    data = {"level": level, "version": version or str(sendout.message.version)}
    answer = browser.post(f"/o/aqua-club/compose/{sendout.pk}/plain/", data, follow=True)
    sendout.message.refresh_from_db()
    return " ".join(answer.content.decode().split())


def test_the_last_look_names_what_makes_the_texts_dear_and_what_it_costs(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    put(club, ("sms", "out", ""), 10_000)
    page = check_page(browser, sendout)
    assert "<code>’</code> <code>–</code> <code>ë</code> make a text longer" in page
    assert "<strong>2 segments instead of 4</strong>, 0.02 CAD instead of 0.04 CAD" in page
    assert "With plain marks: 3 segments instead of 4, 0.01 CAD less" in page
    assert "without the accents that cost: 2 segments instead of 4, 0.02 CAD less" in page
    assert "The pool isn&#x27;t open today, Zoe." in page


@pytest.mark.parametrize("text", ["Pool closed", "It’s open 🏊"])
def test_characters_that_cost_nothing_more_are_not_spoken_of(
    browser: Client, sendout: SendOut, text: str
) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(sms_text=text)
    assert 'id="characters"' not in check_page(browser, sendout)


def test_a_level_is_chosen_by_a_click_and_taken_back(browser: Client, sendout: SendOut) -> None:
    page = choose(browser, sendout, "marks")
    assert sendout.message.sms_plain == Plain.MARKS
    assert sendout.message.sms_text == CURLY
    assert "The texts leave with plain marks." in page
    assert "The pool isn&#x27;t open today, Ann. See you" in page
    choose(browser, sendout, "")
    assert sendout.message.sms_plain == Plain.NOT


def test_an_emoji_stays_and_is_said_to_have_no_plain_form(
    browser: Client, sendout: SendOut
) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(sms_text="It’s open 🏊 " * 9)
    page = check_page(browser, sendout)
    assert "<code>🏊</code> has no plain form" in page


@pytest.mark.parametrize(("level", "status"), [("fine", 404), ("marks", 200)])
def test_only_a_level_that_exists_can_be_chosen(
    browser: Client, sendout: SendOut, level: str, status: int
) -> None:
    data = {"level": level, "version": str(sendout.message.version)}
    answer = browser.post(f"/o/aqua-club/compose/{sendout.pk}/plain/", data, follow=True)
    assert answer.status_code == status


@pytest.mark.parametrize("version", ["0", "x", "9" * 5_000])
def test_a_page_that_is_old_changes_nothing(
    browser: Client, sendout: SendOut, version: str
) -> None:
    assert "changed meanwhile" in choose(browser, sendout, "marks", version)
    assert sendout.message.sms_plain == Plain.NOT


def test_what_has_started_is_not_changed(browser: Client, sendout: SendOut) -> None:
    SendOut.objects.filter(pk=sendout.pk).update(state="running")
    data = {"level": "marks", "version": str(sendout.message.version)}
    answer = browser.post(f"/o/aqua-club/compose/{sendout.pk}/plain/", data)
    assert answer.status_code == 409


def test_parts_are_counted_for_each_recipient_with_the_words_below(
    sendout: SendOut, club: Organisation
) -> None:
    club.stop_words, club.stop_words_in_all = StopWords.EVERY, True
    club.save()
    sendout.organisation = club
    counted = count_parts(sendout)
    assert counted.texts == 2
    assert {level.value: found.parts for level, found in counted.levels.items()} == {
        "": 4,
        "marks": 3,
        "accents": 2,
    }
    assert "Répondez STOP pour vous désabonner" in counted.levels[Plain.NOT].after


def test_a_family_gets_one_text_and_the_cost_says_the_same(sendout: SendOut) -> None:
    Message.objects.filter(pk=sendout.message.pk).update(sms_text="It’s {{ first_name }}. " * 3)
    Participant.objects.update(phone="+15145550199")
    SendOut.objects.filter(pk=sendout.pk).update(once_per=OncePer.FAMILY)
    sendout = SendOut.objects.get(pk=sendout.pk)
    counted, found = count_parts(sendout), estimate(sendout)
    assert counted.texts == 1
    assert counted.levels[Plain.NOT].parts == sum(part.segments for part in found.parts)
    assert "Ann" in counted.levels[Plain.MARKS].before
    assert "Zoë" in counted.levels[Plain.MARKS].before


def test_the_preview_begins_with_somebody_who_gets_it(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    Participant.objects.filter(first_name="Ann").update(phone="")
    page = check_page(browser, sendout)
    assert "isn’t open today, Zoë." in page
    Participant.objects.update(phone="")
    assert "isn’t open today, Ann." in check_page(browser, sendout)


def test_the_writer_sees_each_level_and_the_words_below(
    browser: Client, sendout: SendOut, club: Organisation
) -> None:
    club.stop_words, club.stop_words_in_all = StopWords.EVERY, True
    club.save()
    url = f"/o/aqua-club/compose/{sendout.pk}/"
    page = browser.get(url).content.decode()
    assert "“<span data-closing>Reply STOP to unsubscribe</span>” is added below" in page
    assert 'name="sms_plain" value="" checked' in page
    Message.objects.filter(pk=sendout.message.pk).update(sms_plain="accents", sms_text="Fête")
    page = browser.get(url).content.decode()
    assert 'name="sms_plain" value="accents" checked' in page
    assert "Fete\nReply STOP to unsubscribe" in page
