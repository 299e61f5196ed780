"""What is typed finds what is meant, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendout.core.plain import MOST_TERMS, plain, terms, words


@pytest.mark.parametrize(
    ("typed", "stands"),
    [
        ("Zoe", "zoé tremblay"),
        ("ŒUVRAY", "Oeuvray"),
        ("514 555-01", "+15145550199"),
        ("(514) 555.0199", "+15145550199"),
        ("1-514-555-0199", "+15145550199"),
        ("011 33 6 12 34", "+33612345678"),
        ("06 12 34 56", "+33612345678"),
        ("O'Brien", "o brien"),
        ("jean-luc", "jean luc"),
        ("2024-117", "2024-117"),
    ],
)
def test_each_way_to_write_it_finds_it(typed: str, stands: str) -> None:
    (term,) = terms(typed)
    assert any(spelling in plain(stands) for spelling in term.spellings)


def test_a_name_beside_a_number_is_another_term() -> None:
    assert len(terms("Zoé 514 555 0199 tremblay")) == 3


@given(st.text())
def test_nothing_that_is_typed_is_too_much(typed: str) -> None:
    assert len(terms(typed)) <= MOST_TERMS
    assert all(spelling for term in terms(typed) for spelling in term.spellings)
    assert all(word.isalnum() for word in words(typed))
