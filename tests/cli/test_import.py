"""`sendout import` and `sendout export` on the command line."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from sendout.accounts.models import Organisation
from sendout.cli import export, import_
from sendout.cli.problem import Problem
from sendout.people.exporting import COLUMNS
from sendout.people.models import Group, Import, Participant

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "participants"
LIST = "First name,Email,Phone,Fee\nAlice,alice@example.org,514-555-01,=1+1\n,,,free\n"


def run(module: Any, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.register(parser.add_subparsers())
    arguments = parser.parse_args(words)
    return int(arguments.perform(arguments))


def import_text(folder: Path, text: str, *words: str) -> int:
    file = folder / "people.csv"
    file.write_text(text)
    return run(import_, "import", str(file), "--org", "aqua-club", *words)


def test_counts_and_problems_are_one_json_object(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_text(tmp_path, LIST, "--json", "--group", "Summer") == 1
    printed = json.loads(capsys.readouterr().out)
    counts = {name: printed[name] for name in ("rows", "created", "unchanged", "refused")}
    assert counts == {"rows": 2, "created": 1, "unchanged": 0, "refused": 1}
    first, second = printed["problems"]
    assert (first["row"], first["field"], first["value"]) == (2, "phone", "514-555-01")
    assert "is not a phone number in CA" in first["reason"]
    assert (second["row"], second["kind"]) == (3, "refused")
    assert Group.objects.get().participants.get().first_name == "Alice"


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_text(tmp_path, LIST, "--dry-run") == 1
    printed = capsys.readouterr().out
    assert "2 rows: 1 would be created, 0 would be updated, 0 unchanged, 1 refused" in printed
    assert 'row 2: "514-555-01" is not a phone number in CA' in printed
    assert not Participant.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "this file is empty"),
        ("Name,Email\n", "no row of people"),
        ("Name,Email\nAlice,a@example.org\nBob," + "x" * 10_001, "row 3 has a cell"),
    ],
)
def test_a_bad_file_is_named_with_the_reason(
    club: Organisation, tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(Problem, match=sentence) as problem:
        import_text(tmp_path, text)
    assert "people.csv" in str(problem.value)
    assert not Import.objects.exists()


def test_a_missing_file_or_organisation_is_said(club: Organisation, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="No such file"):
        run(import_, "import", str(tmp_path / "x.csv"), "--org", "aqua-club")
    with pytest.raises(Problem, match='no organisation "nobody"'):
        run(import_, "import", str(tmp_path / "x.csv"), "--org", "nobody")


def test_a_group_name_that_is_too_long_is_not_cut(club: Organisation, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="--group is longer than 120 characters"):
        import_text(tmp_path, "Email\nann@example.org\n", "--group", "x" * 121)
    assert not Import.objects.exists()


def test_the_export_is_safe_to_open_and_imports_as_it_was(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_text(tmp_path, LIST, "--group", "Summer")
    capsys.readouterr()
    run(export, "export", "participants", "--org", "aqua-club")
    printed = capsys.readouterr().out
    header, row = csv.reader(io.StringIO(printed))
    alice = Participant.objects.get()
    assert header == [*COLUMNS, "Fee"]
    assert row == [str(alice.pk), "Alice", "", "alice@example.org", "", "en", "Summer", "'=1+1"]
    before = Participant.objects.values().get()
    assert import_text(tmp_path, printed, "--json") == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1
    assert Participant.objects.values().get() == before


def test_json_has_null_for_an_address_that_cannot_be_used(
    club: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_text(tmp_path, LIST)
    capsys.readouterr()
    run(export, "export", "participants", "--org", "aqua-club", "--format", "json")
    (alice,) = json.loads(capsys.readouterr().out)
    assert (alice["phone"], alice["Fee"]) == (None, "=1+1")


def test_an_export_of_nobody_is_a_header_or_an_empty_array(
    club: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    run(export, "export", "participants", "--org", "aqua-club")
    run(export, "export", "participants", "--org", "aqua-club", "--format", "json")
    assert capsys.readouterr().out == (
        "id,first_name,last_name,email,phone,language,groups\r\n[]\n"
    )


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample lists are not here")
@pytest.mark.parametrize("name", ["messy.csv", "messy.xlsx"])
def test_a_messy_file_is_exported_as_the_truth_says(
    club: Organisation, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    run(import_, "import", str(SAMPLES / name), "--org", "aqua-club", "--json")
    capsys.readouterr()
    run(export, "export", "participants", "--org", "aqua-club", "--format", "json")
    exported = json.loads(capsys.readouterr().out)
    truth = json.loads((SAMPLES / "truth.json").read_text())["rows"]
    single = [(row["email"], row["phone"]) for row in truth if row["kind"] != "dup"]
    assert [(person["email"], person["phone"]) for person in exported] == single
