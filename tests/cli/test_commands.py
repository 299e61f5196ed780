"""What every command does alike: find its data, say in one sentence what is wrong, give a code."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from sendout.cli import open_output
from sendout.cli.commands import COMMANDS, asks_for_help, outline, parser_of, take_data
from sendout.cli.embedded import EmbeddedServer
from tests.cli.running import sendout


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["run", "--data", "here", "--port", "1"], ["run", "--port", "1"]),
        (["--data=here", "run"], ["run"]),
        (["manage", "check", "--data", "here", "--tag", "x"], ["manage", "check", "--tag", "x"]),
    ],
)
def test_the_data_directory_is_taken_wherever_it_stands(words: list[str], rest: list[str]) -> None:
    assert take_data(words) == ("here", rest)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_real_and_in_the_help(name: str) -> None:
    listed = re.compile(rf" {name}\s")
    assert listed.search(parser_of(name).format_help())
    assert listed.search(outline().format_help())


@pytest.mark.parametrize("name", ["run", "send", "worker", "report"])
def test_reading_the_help_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    place = tmp_path / "none"
    result = sendout(name, "--help", SENDOUT_DATA=str(place))
    assert (result.returncode, result.stdout[:6]) == (0, "usage:")
    assert not place.exists()


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        (["import", "--help"], True),
        (["sender", "add", "-h"], True),
        (["import", "--", "--help"], False),
        (["manage", "check", "--help"], False),
    ],
)
def test_the_help_is_what_the_command_itself_is_asked_for(words: list[str], asks: bool) -> None:
    assert asks_for_help(words[0], words) is asks


def test_an_unknown_command_is_refused() -> None:
    result = sendout("fly")
    assert result.returncode == 2
    assert "invalid choice: 'fly'" in result.stderr


@pytest.mark.parametrize(
    "words", [["send", "--org", "x", "--subject", "\udcff"], ["export", "usage", "--org", "\udcff"]]
)
def test_words_that_are_no_utf8_are_refused(words: list[str], tmp_path: Path) -> None:
    result = sendout(*words, "--data", str(tmp_path / "data"))
    assert (result.returncode, result.stdout) == (2, "")
    assert "is not written in UTF-8" in result.stderr
    assert not (tmp_path / "data").exists()


def test_output_that_is_lost_is_told_of_in_one_sentence() -> None:
    says_something = (
        "import sys; from sendout import cli; cli.perform = lambda words: print(17) or 0;"
        "sys.exit(cli.main())"
    )
    words = [sys.executable, "-c", says_something]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("sendout: the output cannot be written (No space left")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("words", "encoding"), [([], "latin-1"), (["--json"], "utf-8")])
def test_any_letter_can_be_said_on_any_terminal(
    words: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = BytesIO()
    monkeypatch.setattr("sys.stdout", TextIOWrapper(raw, encoding="latin-1"))
    open_output(words)
    sys.stdout.write("“Zoé”")
    sys.stdout.flush()
    assert raw.getvalue().decode(encoding).strip() in ("“Zoé”", "\\u201cZoé\\u201d")
    assert sys.stdout.encoding.lower().replace("iso8859-1", "latin-1") == encoding


def test_no_command_at_all_is_refused() -> None:
    assert sendout().returncode == 2


def test_a_data_directory_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    result = sendout("migrate", "--data", str(place))
    assert result.returncode == 2
    assert result.stderr == (
        f"sendout: {place} is not a directory; give another data directory with --data\n"
    )


def test_who_only_asks_makes_no_data_where_there_is_none(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    result = sendout("status", "7", "--data", str(place))
    assert result.returncode == 2
    assert result.stderr == (
        f"sendout: there is no data of Sendout in {place}: say where it is with --data or "
        "SENDOUT_DATA, or begin with `sendout run` or `sendout org create`\n"
    )
    assert not place.exists()
    assert sendout("status", "--help", "--data", str(place)).returncode == 0


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(
    tmp_path: Path,
) -> None:
    url = "postgresql://alice:geheim@127.0.0.1:1/sendout"
    result = sendout("migrate", "--data", str(tmp_path), DATABASE_URL=url)
    assert result.returncode == 2
    assert result.stderr.startswith("sendout: the database of DATABASE_URL cannot be used: ")
    assert result.stderr.count("\n") == 1
    assert "geheim" not in result.stderr


def test_a_database_of_ones_own_is_migrated_only_when_asked(
    tmp_path: Path, database_server: EmbeddedServer
) -> None:
    words = ["org", "create", "aqua-club", "--name", "Aqua Club", "--data", str(tmp_path)]
    result = sendout(*words, DATABASE_URL=database_server.url)
    assert result.returncode == 2
    assert result.stderr == (
        "sendout: the database's tables are not up to date; run `sendout migrate`\n"
    )


def test_django_gets_its_own_words(tmp_path: Path) -> None:
    result = sendout("manage", "shell", "--data", str(tmp_path), "-c", "print(6 * 7)")
    assert result.stdout.splitlines()[-1] == "42", result.stderr


@pytest.mark.parametrize("command", ["web", "worker"])
def test_fewer_processes_than_one_cannot_be(command: str) -> None:
    result = sendout(command, "--processes=-3")
    assert result.returncode == 2
    assert "-3 is not a number of 1 or more" in result.stderr
