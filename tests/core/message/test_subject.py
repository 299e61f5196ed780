"""What is wrong with a subject is said."""

from __future__ import annotations

import pytest

from sendout.core.message.subject import LONGEST, about_subject


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("  ", "is empty"),
        ("POOL CLOSED TODAY", "all in capitals"),
        ("{{ first_name }}: PISCINE FERMÉE", "all in capitals"),
        ("a" * (LONGEST + 1), f"has {LONGEST + 1} characters"),
    ],
)
def test_what_is_wrong_is_said_with_a_remedy(subject: str, said: str) -> None:
    (sentence,) = about_subject(subject)
    assert said in sentence
    assert ": " in sentence


@pytest.mark.parametrize(
    "subject", ["Pool closed", "YMCA", "Rappel: {{ Activité }} à 9 h", "a" * LONGEST, "2027 ★"]
)
def test_a_good_subject_is_left_alone(subject: str) -> None:
    assert list(about_subject(subject)) == []
