"""A row becomes a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendout.core.table.headers import guess_mapping
from sendout.core.table.reader import Row, open_table
from sendout.core.table.rows import NoteKind, PersonRow, read_person, split_name

PARTICIPANTS = Path(__file__).parents[4] / "shared" / "data" / "participants"
HEADERS = ["First name", "Last name", "Email", "Cell phone", "Language", "Groups", "Child"]


def person(*cells: str) -> PersonRow:
    row = Row(214, [*cells, *[""] * (len(HEADERS) - len(cells))])
    return read_person(row, guess_mapping(HEADERS, []), "CA", "fr")


def test_a_full_row_is_read_whole() -> None:
    alice = person(
        " Alice ", "Roy", "Alice@Example.org", "514 555 0199", "Français", "A; B ;A", "Zoé"
    )
    assert (alice.first_name, alice.last_name, alice.language) == ("Alice", "Roy", "fr")
    assert (alice.email, alice.email_normal) == ("Alice@example.org", "alice@example.org")
    assert (alice.phone, alice.groups, alice.fields) == (
        "+15145550199",
        ["A", "B"],
        {"Child": "Zoé"},
    )
    assert alice.notes == []


def test_a_bad_phone_is_dropped_and_the_row_kept() -> None:
    alice = person("Alice", "Roy", "alice@example.org", "514-555-01")
    (note,) = alice.notes
    assert (alice.phone, alice.phone_typed) == ("", "514-555-01")
    assert (alice.refused, note.kind) == (False, NoteKind.DROPPED)
    assert note.reason == (
        '"514-555-01" is not a phone number in CA; the row is imported without SMS'
    )


def test_a_name_alone_is_kept_with_a_warning() -> None:
    assert [note.kind for note in person("Alice").notes] == [NoteKind.WARNED]


def test_a_row_about_nobody_is_refused() -> None:
    assert person("", " ", "", "call mom", "fr", "A", "Zoé").refused


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("fr-CA", "fr"), ("Français", "fr"), ("French", "fr"), ("FR", "fr"), ("Anglais", "en"),
        ("en_US", "en"), ("English", "en"), ("", ""), ("Klingon", ""),
    ],
)  # fmt: skip
def test_languages_are_read_as_people_write_them(typed: str, code: str) -> None:
    assert person("Alice", "", "alice@example.org", "", typed).language == code


def test_an_unknown_language_is_said() -> None:
    (note,) = person("Alice", "", "alice@example.org", "", "Klingon").notes
    assert note.reason == "“Klingon” is not English or French; the default (fr) is used"


def test_a_shielded_formula_is_read_as_it_was_typed() -> None:
    assert person("'=cmd|Alice").first_name == "=cmd|Alice"


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Alice Roy", "Alice", "Roy"), ("Roy, Alice", "Alice", "Roy"), ("Alice", "Alice", ""),
        ("Jean van der Berg", "Jean", "van der Berg"),
    ],
)  # fmt: skip
def test_a_full_name_is_split(full: str, first: str, last: str) -> None:
    assert split_name(full) == (first, last)


@pytest.mark.skipif(not PARTICIPANTS.exists(), reason="the sample lists are not here")
@pytest.mark.parametrize("name", ["messy.csv", "messy.xlsx"])
def test_the_messy_lists_end_exactly_in_the_truth(name: str) -> None:
    truth = json.loads((PARTICIPANTS / "truth.json").read_text())["rows"]
    with (PARTICIPANTS / name).open("rb") as file:
        table = open_table(file)
        mapping = guess_mapping(table.headers, [row.cells for row in table.sample])
        people = [read_person(row, mapping, "CA", "fr") for row in table.rows]
    found = [(p.number, p.email_normal or None, p.phone or None) for p in people]
    assert found == [(row["row"], row["email"], row["phone"]) for row in truth]
    assert {p.number for p in people if p.notes and p.notes[-1].kind == NoteKind.WARNED} == {
        row["row"] for row in truth if row["email"] is None and row["phone"] is None
    }
