"""Fine characters made plain, so that a text costs half."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.gsm_plain import MARKS, Plain, plain
from sendout.core.message.sms import measure

FRENCH = "L’été à la piscine : « fête » et œufs… dès 10\u00a0h – ça commence, hâte-toi\u202f!"


def test_marks_become_plain_and_accents_stay() -> None:
    text, pairs = plain(FRENCH, Plain.MARKS)
    assert text == ('L\'été à la piscine : "fête" et oeufs... dès 10 h - ça commence, hâte-toi !')
    assert pairs == (
        ("’", "'"), ("«", '"'), ("»", '"'), ("œ", "oe"), ("…", "..."), ("\u00a0", " "),
        ("–", "-"), ("\u202f", " "),
    )  # fmt: skip


def test_accents_that_gsm_has_not_go_when_that_is_asked_for() -> None:
    text, pairs = plain(FRENCH, Plain.ACCENTS)
    assert text == ('L\'été à la piscine : "fete" et oeufs... dès 10 h - ca commence, hate-toi !')
    assert {("ê", "e"), ("ç", "c"), ("â", "a")} < set(pairs)
    assert measure(text).encoding == "GSM-7"


@pytest.mark.parametrize(
    ("fine", "marks", "accents"),
    [
        ("Noël à l’île", "Noël à l'île", "Noel à l'ile"),
        ("ÀÂÊËÎÏÔÛÙÇ", "ÀÂÊËÎÏÔÛÙÇ", "AAEEIIOUUÇ"),
        ("“hi” — ok • 1", '"hi" - ok - 1', '"hi" - ok - 1'),
        ("e\u0301te\u0301 ’", "été '", "été '"),
        ("łódź", "łódź", "lodz"),
        ("Pool 🏊 “open”", 'Pool 🏊 "open"', 'Pool 🏊 "open"'),
        ("水泳教室", "水泳教室", "水泳教室"),
        ("مرحبا", "مرحبا", "مرحبا"),
        ("Plain text {x} €5", "Plain text {x} €5", "Plain text {x} €5"),
        ("", "", ""),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_what_has_a_plain_form_gets_it(fine: str, marks: str, accents: str) -> None:
    assert plain(fine, Plain.NOT) == (fine, ())
    assert plain(fine, Plain.MARKS)[0] == marks
    assert plain(fine, Plain.ACCENTS)[0] == accents


def test_all_that_is_put_is_in_the_alphabet() -> None:
    assert {measure(put).encoding for put in MARKS.values()} == {"GSM-7"}
    assert {measure(fine).encoding for fine in MARKS} == {"UCS-2"}


@given(st.text(), st.sampled_from(Plain))
def test_any_text_is_made_plain_once(text: str, level: Plain) -> None:
    made, pairs = plain(text, level)
    assert plain(made, level)[0] == made
    assert {fine for fine, _ in pairs}.isdisjoint(made)
