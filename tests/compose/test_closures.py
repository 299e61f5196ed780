from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.compose import closures
from sendout.compose.markup import from_markdown
from sendout.core.message.template import escape_nothing, parse

TYPED = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)


@pytest.mark.parametrize("language", ["en", "fr", "both"])
@pytest.mark.parametrize("key", list(closures.BY_KEY))
def test_every_prepared_text_has_all_blanks_filled(key: str, language: str) -> None:
    blanks = {"what": "The pool", "until": "", "what_other": "La piscine", "until_other": ""}
    said = closures.fill(key, language, blanks, "en")
    language_of_others = said.pop("other_language", "")
    for name, text in ((name, str(text)) for name, text in said.items()):
        assert ("La piscine" if name.startswith("other_") else "The pool") in text
        assert not closures._BLANK.search(text)
        assert not parse(text).problems
    assert ("Bonjour" in str(said["body"])) == (language == "fr")
    assert ("Bonjour" in str(said.get("other_body"))) == (language == "both")
    assert language_of_others == ("fr" if language == "both" else "")


def test_in_both_languages_the_organisations_own_comes_first() -> None:
    said = closures.fill("closed", "both", {"what": "La piscine", "what_other": "the pool"}, "fr")
    assert str(said["body"]).startswith("Bonjour")
    assert (said["other_language"], str(said["other_body"])[:5]) == ("en", "Hello")
    assert said["other_subject"] == "The pool: closed until further notice"


@given(what=TYPED, until=TYPED)
def test_what_is_typed_into_a_blank_is_said_as_it_is_with_a_capital(what: str, until: str) -> None:
    said = closures.fill("closed", "en", {"what": what, "until": until}, "en")
    words = " ".join(what.split())
    words = words[:1].upper() + words[1:]
    shown = parse(str(said["sms_text"])).fill({"organisation": "Aqua"}, escape_nothing)
    assert shown.startswith(f"Aqua: {words}: closed until ")
    assert {slot.key for slot in parse(str(said["body"])).slots if slot.key != "·"} == {
        "first_name"
    }


def test_no_formatting_gets_in_by_a_blank() -> None:
    said = closures.fill(
        "closed", "en", {"what": "*Pool* [1](http://x) <b>&amp;", "until": "8"}, "en"
    )
    html = from_markdown(str(said["body"]))
    assert "*Pool* [1](" in html
    assert "<em>" not in html
    assert "<b>" not in html
    assert "&amp;amp;" in html


def test_ones_own_words_have_their_first_line_as_subject() -> None:
    said = closures.own_words("No  water today.\r\nCome on Friday.")
    assert said["subject"] == "No water today."
    assert said["sms_text"] == "No  water today.\nCome on Friday."
