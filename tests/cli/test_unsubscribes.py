"""`sendout unsubscribes import` and `undo` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import unsubscribes
from sendout.cli.problem import Problem
from sendout.suppression.entries import lift
from sendout.suppression.models import ListImport, Suppression
from tests.cli.test_import import run

LIST = "Email,Reason,Date\nann@example.org,spam,2025-03-04\nbert@,,\n"


def import_text(folder: Path, text: str, *words: str) -> int:
    file = folder / "list.csv"
    file.write_text(text)
    return run(unsubscribes, "unsubscribes", "import", str(file), "--org", "aqua-club", *words)


def undo(number: int, *words: str) -> int:
    return run(unsubscribes, "unsubscribes", "undo", str(number), "--org", "aqua-club", *words)


def test_an_import_prints_its_number_by_which_it_is_undone(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_text(tmp_path, LIST, "--json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["rows"], printed["added"], printed["refused"]) == (2, 1, 1)
    assert printed["shape"] == "plain"
    [problem] = printed["problems"]
    assert (problem["row"], problem["field"], problem["value"]) == (3, "email", "bert@")
    assert Suppression.objects.get().reason == "complaint"

    assert undo(printed["id"], "--json") == 0
    assert json.loads(capsys.readouterr().out)["removed"] == 1
    assert not Suppression.objects.exists()
    with pytest.raises(Problem, match="cannot be undone: it is undone"):
        undo(printed["id"])


def test_a_dry_run_changes_and_keeps_nothing(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_text(tmp_path, LIST, "--dry-run") == 1
    printed = capsys.readouterr().out
    assert "2 rows: 1 added, 0 raised" in printed
    assert "(nothing was changed)" in printed
    assert 'row 3: "bert@" is not an email address' in printed
    assert not Suppression.objects.exists()
    assert not ListImport.objects.exists()


def test_shape_and_reason_can_be_said(club: Organisation, tmp_path: Path) -> None:
    text = "Email,CLEAN_TIME\nann@example.org,2025-01-01 10:00:00\n"
    assert import_text(tmp_path, text, "--shape", "plain", "--reason", "admin") == 0
    entry = Suppression.objects.get()
    assert (entry.reason, entry.category) == ("admin", "")


def test_an_undo_says_what_somebody_changed_since(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_text(tmp_path, "Email\nann@example.org\n")
    assert "take it back with: sendout unsubscribes undo" in capsys.readouterr().out
    lift(Suppression.objects.get(), "asked for it")
    assert undo(ListImport.objects.get().pk) == 1
    printed = capsys.readouterr().out
    assert "0 taken off the list again, 0 put back as they were, 1 left as they are" in printed
    assert "row 2: the entry was taken off the list after the import" in printed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Name\nAnn Roy\nBert Roy\n", "No column holds an email address"),
        ("", "this file is empty"),
        ("Email,MEMBER_RATING,OPTIN_TIME\na@example.org,2,2025-01-01\n", "still subscribed"),
    ],
)
def test_what_is_no_such_list_is_said_in_one_sentence(
    club: Organisation, tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence):
        import_text(tmp_path, text)
    assert not ListImport.objects.exists()


def test_the_import_of_another_organisation_is_not_there(
    club: Organisation, other_club: Organisation
) -> None:
    theirs = ListImport.objects.create(organisation=other_club, filename="x.csv", state="done")
    with pytest.raises(Problem, match="Aqua Club has no import"):
        undo(theirs.pk)
    theirs.refresh_from_db()
    assert theirs.state == "done"
