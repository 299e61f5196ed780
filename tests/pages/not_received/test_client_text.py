"""The text that the staff can copy to the client."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client

from sendout.core.delivery.ending import Ending
from sendout.deliveries.models import Delivery
from sendout.pages.not_received.client_words import EMAIL, SMS, words
from sendout.pages.not_received.staff_words import ANSWERS, SMS_ADVICE
from sendout.people.models import Participant
from tests.pages.not_received.looks import ANNA, Reach, look, text

GAPS = re.compile(r"{(\w+)}")


def test_the_client_reads_when_it_was_sent_in_their_words(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    row = reach("accepted", "delivered", "opened")
    sent = datetime(2026, 8, 1, 18, 5, tzinfo=anna.organisation.zone)
    Delivery.objects.filter(pk=row.pk).update(accepted_at=sent)
    english = text(look(bob_browser, anna, language="en"))
    assert f"to {ANNA} on 1 August 2026 at 18:05, and it was opened there" in english
    french = text(look(bob_browser, anna, language="fr"))
    assert f"à {ANNA} le 1 août 2026 à 18:05, et il y a été ouvert" in french


def test_the_text_for_the_client_is_in_their_language_or_the_one_asked_for(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    anna.language = "fr"
    anna.save()
    reach("bounced", code="5.2.2", text="mailbox full")
    french = text(look(bob_browser, anna))
    assert french.startswith("Bonjour Anna,")
    assert "nous est revenu" in french
    assert french.endswith("Aqua Club")
    assert text(look(bob_browser, anna, language="en")).startswith("Hello Anna,")
    assert text(look(bob_browser, anna, language="xx")) == french


def test_the_text_holds_what_the_client_needs_to_search_for(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("accepted", "delivered")
    said = text(look(bob_browser, anna))
    for needed in ("“Pool closed”", ANNA, "office@aquaclub.example.org", "spam", "safe senders"):
        assert needed in said


@pytest.mark.parametrize("ending", Ending)
def test_every_answer_has_words_for_everybody(ending: Ending) -> None:
    assert ending in ANSWERS
    for channel in ("email", "sms"):
        english, french = (words(channel, language, ending) for language in ("en", "fr"))
        assert set(GAPS.findall(english)) == set(GAPS.findall(french))


def test_no_words_are_left_over() -> None:
    known = set(Ending)
    for table in (ANSWERS, SMS_ADVICE, *EMAIL.values(), *SMS.values()):
        assert set(table) <= known
