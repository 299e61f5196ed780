"""A mail server's pipe is told by exit codes what became of the bounce."""

from __future__ import annotations

import subprocess

import psycopg
import pytest

from sendout.deliveries.links import return_path
from tests.cli.running import COMMAND, clean_environment
from tests.inbound.coming_back import bounce, letter

KEYS = "a key that is good enough for tests"
VERP = return_path("bounces@club.test", 17)


def pipe(url: str, mail: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, "bounce", *words],
        input=mail,
        capture_output=True,
        timeout=60,
        env=clean_environment() | {"DATABASE_URL": url, "SENDOUT_KEYS": KEYS},
    )


def rows(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT way, envelope_to FROM returns_returnedmail").fetchall()


def test_a_bounce_is_kept_once(database_url: str) -> None:
    for _ in range(2):
        done = pipe(database_url, bounce(VERP, "ann@example.test"), "--recipient", VERP)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert rows(database_url) == [("pipe", VERP)]


@pytest.mark.parametrize(
    ("mail", "words", "code"),
    [
        (b"", [], 65),
        (b"x" * 10_000_001, [], 65),
        (letter("x"), ["--recipient", "bounces+00@club.test"], 67),
        (letter("x"), ["--recipient", "office@club.test"], 67),
        (letter("x"), ["--recipient", "caf\udce9@club.test"], 67),
        (letter("x"), ["--nonsense"], 75),
    ],
)
def test_what_cannot_be_kept_is_told_by_the_code(
    database_url: str, mail: bytes, words: list[str], code: int
) -> None:
    done = pipe(database_url, mail, *words)
    assert done.returncode == code
    assert done.stderr.startswith(b"sendout: ")
    assert b"Traceback" not in done.stderr
    assert rows(database_url) == []


def test_while_the_database_is_away_the_mail_comes_again() -> None:
    done = pipe("postgresql://nobody@127.0.0.1:1/none", letter("x"))
    assert done.returncode == 75
    assert b"cannot be used" in done.stderr


def test_mail_of_nobody_is_listed_and_printed(database_url: str) -> None:
    pipe(database_url, letter("x"))
    [line] = pipe(database_url, b"", "--list").stdout.decode().splitlines()
    shown = pipe(database_url, b"", "--show", line.split()[0])
    assert shown.stdout == letter("x")
    assert pipe(database_url, b"", "--show", "999999").returncode == 65
