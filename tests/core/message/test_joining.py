from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.message.joining import join, join_fields, join_names

NAMES = st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), max_size=6)


def test_names_are_joined_as_people_say_them() -> None:
    assert join(["Mia", "Tom"], "en") == "Mia and Tom"
    assert join(["Mia", "Tom", "Zoé"], "fr") == "Mia, Tom et Zoé"
    assert join(["", "Tom", "Tom"], "en") == "Tom"
    assert join([], "en") == ""


def test_a_last_name_is_said_once_where_it_is_the_same() -> None:
    assert join_names([("Mia", "Roy"), ("Tom", "Roy")], "en") == "Mia and Tom Roy"
    assert join_names([("Mia", "Roy"), ("Tom", "Lee")], "fr") == "Mia Roy et Tom Lee"


def test_fields_are_joined_where_they_differ() -> None:
    mia = {"Session": "Tuesday 17:00", "Coach": "Ann", "Belt": None}
    tom = {"Session": "Thursday 18:00", "Coach": "Ann", "Belt": "blue"}
    joined = join_fields([mia, tom], "en")
    assert joined == {"Session": "Tuesday 17:00 and Thursday 18:00", "Coach": "Ann", "Belt": "blue"}


@given(names=NAMES, language=st.sampled_from(["en", "fr", "de"]))
def test_every_name_is_said(names: list[str], language: str) -> None:
    said = join(names, language)
    assert all(name in said for name in names)
    word = " et " if language == "fr" else " and "
    parts = said.replace(word, ", ").split(", ") if said else []
    assert parts == list(dict.fromkeys(names))
