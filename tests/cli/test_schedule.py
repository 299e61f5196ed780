"""`sendout schedule import` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import schedule
from sendout.cli.problem import Problem
from sendout.timetable.models import ScheduleFile, Session
from tests.cli.test_import import run

pytestmark = pytest.mark.django_db

ROWS = "Title;Date;Starts\nGala;2091-12-12;15:00\nGhost;;\n"


def test_a_dry_run_keeps_nothing_and_json_is_one_object(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gala.csv"
    file.write_text(ROWS)
    words = ("schedule", "import", str(file), "--org", "aqua-club")
    assert run(schedule, *words, "--dry-run") == 1
    printed = capsys.readouterr().out
    assert "2 rows: 1 would be created" in printed
    assert "row 3: the row has no date" in printed
    assert not Session.objects.exists()
    assert run(schedule, *words, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["refused"], told["problems"][0]["row"]) == (1, 1, 3)
    assert Session.objects.get().title == "Gala"
    assert not ScheduleFile.objects.exists()
    file.write_text("Name;Email\nZoe;zoe@example.org\n")
    with pytest.raises(Problem, match="Date or Starts"):
        run(schedule, *words)
