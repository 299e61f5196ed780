"""`sendout export` prints what an organisation has, and nothing of another one."""

from __future__ import annotations

import csv
import json

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import export
from sendout.cli.problem import Problem
from sendout.deliveries.freeze import send_now
from sendout.deliveries.report import COLUMNS
from tests.cli.sending import run
from tests.deliveries.conftest import MakePerson, MakeSendOut, person, sendout

__all__ = ["person", "sendout"]


def test_deliveries_of_all_say_of_which_send_out_they_are(
    person: MakePerson, sendout: MakeSendOut, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = person("Ann", "ann@example.org")
    first, second = sendout(channels="email"), sendout(channels="email")
    for each in (first, second):
        send_now(each)
    header, *rows = csv.reader(exported(capsys))
    assert header == [*COLUMNS, "send_out"]
    assert [(row[1], row[-1]) for row in rows] == [
        (str(ann.pk), str(first.pk)),
        (str(ann.pk), str(second.pk)),
    ]
    header, *rows = csv.reader(exported(capsys, "--send-out", str(second.pk)))
    assert header == COLUMNS
    assert len(rows) == 1
    told = json.loads("".join(exported(capsys, "--format", "json")))
    assert [row["send_out"] for row in told] == [first.pk, second.pk]


def test_another_clubs_send_out_is_none(
    other_club: Organisation, sendout: MakeSendOut, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = sendout(channels="email")
    words = ("export", "deliveries", "--org", other_club.slug)
    with pytest.raises(Problem, match=f"has no send-out {theirs.pk}"):
        run(export, *words, "--send-out", str(theirs.pk))
    assert run(export, *words) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def exported(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Give the lines that are printed of the deliveries of the club."""
    assert run(export, "export", "deliveries", "--org", "aqua-club", *words) == 0
    return capsys.readouterr().out.splitlines()
