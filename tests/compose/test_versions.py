"""A message in two languages: each gets the one they read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sendout.accounts.models import Organisation, StopWords
from sendout.compose.converting import convert_both
from sendout.compose.copying import content_of
from sendout.compose.fields import fields_used, problems
from sendout.compose.linking import links_of
from sendout.compose.models import Message
from sendout.compose.rendering import compile_sms, templates
from sendout.compose.versions import in_language, languages_of
from sendout.core.message.blocks.reading import BadBlocks, read, write
from sendout.sendouts.lifecycle import says_something
from sendout.sendouts.models import SendOut

ENGLISH: dict[str, Any] = {
    "subject": "Closed, {{ first_name }}", "body": "We are closed.", "sms_text": "Closed today",
}  # fmt: skip
FRENCH: dict[str, Any] = {
    "other_language": "fr", "other_subject": "Fermé, {{ prenom }}",
    "other_body": "Nous sommes fermés.", "other_sms_text": "Fermé aujourd’hui",
}  # fmt: skip
BLOCKS = [
    {"id": "a", "kind": "heading", "text": "Closed", "level": 1},
    {"id": "b", "kind": "button", "label": "See", "link": "https://club.example/en"},
    {"id": "c", "kind": "other"},
    {"id": "d", "kind": "heading", "text": "Fermé", "level": 1},
    {"id": "e", "kind": "button", "label": "Voir", "link": "https://club.example/fr"},
]

EMPTY = {"id": "x", "kind": "heading", "text": "", "level": 1}


@pytest.fixture
def aqua() -> Organisation:
    return Organisation(slug="aqua", name="Aqua", postal_address="12 Pool Street", language="en")


def said(message: Message, organisation: Organisation, language: str) -> tuple[str, str, str]:
    found = templates(message, organisation, language)
    return found.subject, found.text, found.sms.fill({}, language)


@pytest.mark.parametrize("body_format", ["markdown", "html"])
def test_each_gets_subject_text_and_sms_in_their_language(
    aqua: Organisation, body_format: str
) -> None:
    message = Message(**ENGLISH, **FRENCH, body_format=body_format)
    subject, text, sms = said(message, aqua, "en")
    assert (subject, sms) == ("Closed, {{ first_name }}", "Closed today")
    assert "We are closed." in text
    assert "fermés" not in text
    subject, text, sms = said(message, aqua, "fr")
    assert (subject, sms) == ("Fermé, {{ prenom }}", "Fermé aujourd’hui")
    assert "Nous sommes fermés." in text
    assert "closed" not in text
    assert said(message, aqua, "") == said(message, aqua, "en")


def test_blocks_turn_to_the_other_language_where_it_says_so(aqua: Organisation) -> None:
    message = Message(**ENGLISH, **FRENCH, body_format="blocks", blocks=BLOCKS)
    english, french = (templates(message, aqua, language).html for language in ("en", "fr"))
    assert "Closed" in english
    assert "Fermé" not in english
    assert "Fermé" in french
    assert "Closed" not in french
    message.other_language = ""  # it was unticked: nobody gets what stands behind
    assert all("Fermé" not in templates(message, aqua, each).html for each in ("en", "fr"))


def test_what_is_left_empty_is_the_same_for_all(aqua: Organisation) -> None:
    message = Message(**ENGLISH, other_language="fr", other_subject="Fermé")
    subject, text, sms = said(message, aqua, "fr")
    assert (subject, sms) == ("Fermé", "Closed today")
    assert "We are closed." in text
    message.body_format, message.blocks = "blocks", BLOCKS[:2]
    assert "Closed" in templates(message, aqua, "fr").html


def said_to(message: Message, language: str) -> list[str]:
    return [each["id"] for each in in_language(message, language).blocks]


def test_blocks_without_anything_in_the_other_language_are_for_all() -> None:
    message = Message(other_language="fr", body_format="blocks", blocks=BLOCKS[:3])
    assert said_to(message, "fr") == said_to(message, "en") == ["a", "b"]
    message.blocks = BLOCKS[2:]
    assert said_to(message, "fr") == ["d", "e"]
    assert said_to(message, "en") == []
    message.blocks = BLOCKS[:2]
    assert said_to(message, "fr") == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, {"email", "sms"}),
        ({"blocks": BLOCKS[2:]}, {"sms"}),
        ({"subject": ""}, {"sms"}),
        ({"sms_text": ""}, {"email"}),
        ({"other_subject": "", "other_sms_text": ""}, {"email", "sms"}),
        (
            {"blocks": [*BLOCKS[:3], {"id": "x", "kind": "heading", "text": "", "level": 1}]},
            {"sms"},
        ),
    ],
)
def test_nothing_leaves_that_is_empty_in_one_language(
    aqua: Organisation, changes: dict[str, Any], whole: set[str]
) -> None:
    message = Message(**{**ENGLISH, **FRENCH, "body_format": "blocks", "blocks": BLOCKS, **changes})
    sendout = SendOut(organisation=aqua, message=message)
    assert {channel for channel in ("email", "sms") if says_something(sendout, channel)} == whole


@pytest.mark.parametrize("own", ["en", "fr"])
def test_the_language_of_a_message_outlives_that_of_the_organisation(own: str) -> None:
    organisation = Organisation(name="Aqua", language=own)
    message = Message(**ENGLISH, **FRENCH)
    assert languages_of(message, organisation) == ["en", "fr"]
    assert compile_sms(message, organisation).fill({}, "en") == "Closed today"
    assert compile_sms(message, organisation).fill({}, "fr") == "Fermé aujourd’hui"
    assert languages_of(Message(), organisation) == [own]


def test_what_one_language_says_of_stop_is_not_said_for_the_other(aqua: Organisation) -> None:
    aqua.stop_words = StopWords.EVERY
    message = Message(sms_text="News. STOP to end", category="marketing", **FRENCH)
    compiled = compile_sms(message, aqua)
    assert compiled.fill({}, "en") == "News. STOP to end"
    assert compiled.fill({}, "fr").startswith("Fermé aujourd’hui\n")
    assert "STOP" in compiled.fill({}, "fr")


def test_fields_links_and_mistakes_of_both_are_known(aqua: Organisation) -> None:
    message = Message(**ENGLISH, **FRENCH, body_format="blocks", blocks=BLOCKS)
    assert fields_used(message) == ["first_name", "prenom"]
    assert compile_sms(message, aqua).asked == set()
    links = [link for link in links_of(message, aqua) if "club.example" in link]
    assert links == ["https://club.example/en", "https://club.example/fr"]
    message.other_sms_text = "Fermé {{ x"
    assert [each.text for each in problems(message)] == ["{{ x"]


def test_a_text_that_was_switched_off_is_not_spoken_of(aqua: Organisation) -> None:
    message = Message(**ENGLISH, **FRENCH | {"other_language": "", "other_sms_text": "{{ x"})
    assert fields_used(message) == ["first_name"]
    assert problems(message) == []
    assert compile_sms(message, aqua).fill({}, "fr") == "Closed today"


def test_times_and_the_page_are_in_the_language_of_the_words(aqua: Organisation) -> None:
    event = {"id": "v", "kind": "event", "title": "Gala", "starts": "2027-03-06T18:00"}
    message = Message(**ENGLISH, **FRENCH, body_format="blocks")
    message.blocks = [BLOCKS[0], BLOCKS[2], event]
    french = templates(message, aqua, "fr").html
    assert "samedi 6 mars 2027, 18:00" in french
    assert re.search('<html[^>]* lang="fr"', french)
    message.other_language, message.blocks = "", [event]
    same_for_all = templates(message, aqua, "fr").html
    assert "Saturday 6 March 2027" in same_for_all
    assert re.search('<html[^>]* lang="en"', same_for_all)
    assert 'lang="fr"' in same_for_all  # the way out


def test_a_plain_text_of_ones_own_is_not_sent_with_other_words(aqua: Organisation) -> None:
    message = Message(**ENGLISH, **FRENCH, text="Own words", body_format="blocks", blocks=BLOCKS)
    assert "Own words" in templates(message, aqua, "en").text
    assert "Fermé" in templates(message, aqua, "fr").text
    message.blocks = BLOCKS[:2]
    assert "Own words" in templates(message, aqua, "fr").text


@pytest.mark.parametrize(
    "blocks",
    [
        [*BLOCKS, {"id": "z", "kind": "other"}],
        [{"id": "x", "kind": "columns", "left": BLOCKS[2:3], "right": []}],
    ],
)
def test_it_turns_once_and_in_no_column(blocks: list[dict[str, Any]]) -> None:
    with pytest.raises(BadBlocks, match="turns to the other language once"):
        read(blocks)


@pytest.mark.parametrize("after", ["markdown", "html"])
def test_both_go_over_into_another_format_and_back(after: str) -> None:
    made, other = convert_both(("", ""), read(BLOCKS), "blocks", after)
    assert "Closed" in made.body
    assert "Fermé" not in made.body
    assert "Fermé" in other
    back, nothing = convert_both((made.body, other), (), after, "blocks")
    assert [each["kind"] for each in write(back.blocks)][:1] == ["heading"]
    assert [each["kind"] for each in write(back.blocks)].count("other") == 1
    assert nothing == ""
    alone, _ = convert_both((made.body, ""), (), after, "blocks")
    assert "other" not in [each["kind"] for each in write(alone.blocks)]


def test_nothing_of_it_changes_the_message() -> None:
    message = Message(**ENGLISH, **FRENCH, body_format="blocks", blocks=BLOCKS)
    before = content_of(message)
    assert in_language(message, "fr").subject == "Fermé, {{ prenom }}"
    assert content_of(message) == before
    assert before["other_subject"] == "Fermé, {{ prenom }}"  # so that it is copied, too
