"""The words below a text that say how to unsubscribe."""

from __future__ import annotations

import pytest

from sendout.accounts.models import Organisation, StopWords
from sendout.compose.models import Message
from sendout.compose.rendering import compile_sms

ENGLISH = "Pool closed\nReply STOP to unsubscribe"
FRENCH = "Pool closed\nRépondez STOP pour vous désabonner"


def club(**more: object) -> Organisation:
    return Organisation(name="Aqua", **{"stop_words": StopWords.EVERY, **more})


def text(organisation: Organisation, sms_text: str = "Pool closed", **more: str) -> str:
    return say(organisation, Message(sms_text=sms_text, **{"category": "marketing", **more}))


def say(organisation: Organisation, message: Message, language: str = "en") -> str:
    return compile_sms(message, organisation).fill({"first_name": "Zoë"}, language)


@pytest.mark.parametrize(("language", "said"), [("en", ENGLISH), ("fr", FRENCH), ("de", ENGLISH)])
def test_the_words_are_in_the_recipients_language(language: str, said: str) -> None:
    message = Message(sms_text="Pool closed", category="marketing")
    assert say(club(), message, language) == said


def test_a_language_without_words_gets_the_organisations() -> None:
    message = Message(sms_text="Pool closed", category="marketing")
    assert say(club(language="fr"), message, "de") == FRENCH


def test_operational_texts_get_them_only_when_the_organisation_says_so() -> None:
    assert text(club(), category="operational") == "Pool closed"
    assert text(club(stop_words_in_all=True), category="operational") == ENGLISH
    assert text(club(stop_words="none", stop_words_in_all=True), category="operational") == (
        "Pool closed"
    )


def test_without_the_setting_nothing_is_added() -> None:
    assert text(club(stop_words=StopWords.NONE)) == "Pool closed"


def test_the_organisation_has_words_of_its_own() -> None:
    assert text(club(stop_words_en="STOP to end")) == "Pool closed\nSTOP to end"


@pytest.mark.parametrize("own", ["Reply STOP.", "Répondez ARRET", "répondez ARRÊT svp"])
def test_who_says_stop_themselves_does_not_say_it_twice(own: str) -> None:
    assert text(club(), own) == own


def test_a_bus_stop_is_no_way_out() -> None:
    assert text(club(), "Meet at the bus stop").endswith("Reply STOP to unsubscribe")


@pytest.mark.parametrize("nothing", ["", "  \n"])
def test_no_text_gets_no_words(nothing: str) -> None:
    assert text(club(), nothing) == ""


def test_only_who_was_not_told_before_is_told_with_the_first() -> None:
    message = Message(sms_text="Pool closed", category="marketing")
    compiled = compile_sms(message, club(stop_words=StopWords.FIRST))
    assert compiled.fill({}, "en") == ENGLISH
    assert compiled.fill({}, "en", told=True) == "Pool closed"
    assert compile_sms(message, club()).fill({}, "en", told=True) == ENGLISH


def test_plain_characters_reach_into_values_and_words() -> None:
    own = club(stop_words_en="STOP – that’s all")
    fine = "It’s “on”, {{ first_name }}…"
    assert text(own, fine, sms_plain="") == "It’s “on”, Zoë…\nSTOP – that’s all"
    assert text(own, fine, sms_plain="marks") == "It's \"on\", Zoë...\nSTOP - that's all"
    assert text(own, fine, sms_plain="accents") == "It's \"on\", Zoe...\nSTOP - that's all"
