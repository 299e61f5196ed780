"""A row of a schedule is read as a session, or it is said why not."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sendout.core.schedule.layout import Layout
from sendout.core.schedule.rows import Place, SessionRow, read_session
from sendout.core.table.reader import Row

MONTREAL = Place("CA", ZoneInfo("America/Montreal"))
PARIS = Place("FR", ZoneInfo("Europe/Paris"))


def read(headers: str, cells: str, where: Place = MONTREAL) -> SessionRow:
    return read_session(Row(2, cells.split(";")), Layout.of(headers.split(";")), where)


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        ("Title;Date;Starts;Ends", "Swim;2026-12-01;17:00;18:00"),
        ("Session;Start time;End time", "Swim;2026-12-01 17:00;2026-12-01 18:00"),
        ("Titre;Jour;Début;Fin", "Swim;2026-12-01;17 h 00;18h"),
        ("Activity;Day;Time;Until", "Swim;December 1, 2026;5 pm;6:00 p.m."),
        ("Class;Date;From;To", "Swim;12/01/2026;5:00 PM;6:00 PM"),
        ("Class;Date;From;To", "Swim;2026-12-01;5pm;6pm"),
        ("Title;Date;Starts;Ends", "Swim;2026-12-01 00:00;17:00:00;18:00"),
    ],
)
def test_times_are_read_as_people_write_them(headers: str, cells: str) -> None:
    found = read(headers, cells)
    assert found.notes == []
    assert (found.starts, found.ends) == (
        datetime(2026, 12, 1, 22, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 23, 0, tzinfo=UTC),
    )
    assert not found.whole_day
    assert found.uid == "swim 2026-12-01T22:00"


def test_a_day_alone_a_group_alone_and_an_end_after_midnight() -> None:
    found = read("Group;Date", "Beginners;01/12/2026", PARIS)
    assert (found.title, found.whole_day) == ("Beginners", True)
    assert found.starts == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    late = read("Title;Date;Starts;Ends;ID;Lieu", "Gala;2026-12-31;22:00;01:00;g-1;Hall")
    assert (late.ends, late.uid, late.place) == (
        datetime(2027, 1, 1, 6, 0, tzinfo=UTC), "g-1", "Hall",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "refused", "reason"),
    [
        ("Swim;31/31/2026;;", True, "“31/31/2026” is not a date"),
        ("Swim;;;", True, "the row has no date"),
        (";2026-12-01;;", True, "does not say what takes place"),
        ("Swim;2026-12-01 17:00;2026-11-01;", False, "before the session begins"),
        ("Swim;2026-12-01 17:00;;perhaps", False, "“perhaps” is no status we know"),
    ],
)
def test_what_cannot_be_read_is_said(cells: str, refused: bool, reason: str) -> None:
    found = read("Title;Starts;Ends;Status", cells)
    assert found.refused == refused
    assert reason in found.notes[0].reason


@pytest.mark.parametrize(
    ("word", "off"), [("Annulée", True), ("yes", True), ("", False), ("OK", False)]
)
def test_a_cancelled_session_is_told_by_its_word(word: str, off: bool) -> None:
    found = read("Title;Starts;Cancelled", f"Swim;2026-12-01;{word}")
    assert (found.cancelled, found.notes) == (off, [])


def test_a_schedule_says_what_and_when() -> None:
    assert "Title or Group" in Layout.of(["Date"]).problem()
    assert "Date or Starts" in Layout.of(["Title"]).problem()
    assert Layout.of(["Groupe", "Heure"]).problem() == ""
