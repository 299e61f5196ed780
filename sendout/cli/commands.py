"""The table of commands, and how one is carried out.

A command's module has `register(subparsers)`, which adds its parser and sets `perform` on it: a
function of the parsed arguments that gives the exit code. Adding a command is that module and one
line in `COMMANDS`.

Modules of commands use Django's models, which can only be imported when the data directory and
the database are known; that is why they are imported here, by name, after `configure`.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import NoReturn, TypeAlias

import sendout
from sendout.cli import database
from sendout.cli.problem import Problem
from sendout.core.plain import is_text

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Perform: TypeAlias = Callable[[argparse.Namespace], int]


class Needs(Enum):
    """What a command finds ready when it is performed; each includes the ones before it.

    SCRATCH: tables in a data directory of its own, which is gone afterwards.
    """

    SETTINGS = 1
    DATABASE = 2
    TABLES = 3
    SCRATCH = 4


@dataclass(frozen=True)
class Command:
    """One line of the table: where the command is, what it does, what it needs.

    problem: its exit code when a person must put something right before it can do its work.
    begins: whether it makes a data directory where there is none, and not only reads one.
    """

    module: str
    summary: str
    needs: Needs = Needs.TABLES
    problem: int = 2
    begins: bool = True


COMMANDS = {
    "run": Command("run", "start everything on this machine", Needs.SETTINGS),
    "web": Command("web", "start the web server alone", Needs.DATABASE),
    "track": Command("track", "start the door for opens and clicks alone", Needs.DATABASE),
    "worker": Command("worker", "start workers alone", Needs.DATABASE),
    "migrate": Command("migrate", "bring the database's tables up to date", Needs.DATABASE),
    "receive": Command("receive", "take bounces in by SMTP or LMTP", Needs.DATABASE),
    "bounce": Command("bounce", "take one bounce in from a pipe", Needs.SETTINGS, problem=75),
    "org": Command("org", "make an organisation"),
    "sender": Command("sender", "give an organisation a way out", begins=False),
    "import": Command("import_", "take a file of participants in", begins=False),
    "unsubscribes": Command(
        "unsubscribes", "import entries of the Unsubscribes list", begins=False
    ),
    "schedule": Command("schedule", "import the sessions of a schedule", begins=False),
    "send": Command("send", "send one message to many", begins=False),
    "status": Command("status", "say how far a send-out has come", begins=False),
    "report": Command("report", "check a signed report of a send-out"),
    "export": Command("export", "print what an organisation has", begins=False),
    "bench": Command("bench", "measure how fast this machine sends and tracks", Needs.SCRATCH),
    "manage": Command("manage", "run a command of Django's", Needs.DATABASE),
}
HELP = {"-h", "--help"}
DATA_HELP = "the data directory (default: $SENDOUT_DATA, else .data)"


def perform(arguments: list[str]) -> int:
    """Carry out the command that the arguments name, and give its exit code."""
    data, rest = take_data(arguments)
    name = rest[0] if rest and rest[0] in COMMANDS else None
    if name is None:
        outline().parse_args(rest)
        raise SystemExit(2)
    helps = asks_for_help(name, rest)
    try:
        if name != "bounce":  # which says by a code of its own that nobody has such an address
            check_words(rest)
        if helps or COMMANDS[name].needs is Needs.SCRATCH:
            # Whoever only reads leaves nothing behind.
            with database.scratch(None if helps else data) as directory:
                return carry_out(name, directory, rest)
        return carry_out(name, data, rest)
    except Problem as problem:
        problem.code = COMMANDS[name].problem
        raise


def check_words(words: Iterable[str]) -> None:
    """Refuse what no database takes as text. Raises Problem."""
    for word in words:
        if not is_text(word):
            shown = word.encode(errors="surrogateescape").decode(errors="replace")
            raise Problem(f"“{shown}” is not written in UTF-8: write it in UTF-8.")


def asks_for_help(name: str, rest: list[str]) -> bool:
    """Tell whether the command is asked for its help, and does nothing else.

    Never so with `manage`: its help is Django's, which may ask the database.
    """
    options = takewhile(lambda word: word != "--", rest)
    return name != "manage" and not HELP.isdisjoint(options)


def carry_out(name: str, data: str | None, rest: list[str]) -> int:
    """Make ready what the command needs, and perform it."""
    if not COMMANDS[name].begins and not asks_for_help(name, rest):
        database.require(data)
    database.configure(data)
    parsed = parser_of(name).parse_args(rest)
    action: Perform = parsed.perform
    needs = COMMANDS[name].needs
    if needs is Needs.SETTINGS:
        return action(parsed)
    with database.opened() as server:
        if needs is not Needs.DATABASE:
            database.ensure_tables(may_migrate=server is not None)
        return action(parsed)


def take_data(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Take `--data DIR` out of the arguments, wherever it stands; every command knows it."""
    parser = argparse.ArgumentParser(prog="sendout", add_help=False, allow_abbrev=False)
    parser.add_argument("--data", metavar="DIR", help=DATA_HELP)
    known, rest = parser.parse_known_args(arguments)
    return known.data, rest


def outline() -> argparse.ArgumentParser:
    """Give a parser that knows the names of all commands, for help and for wrong names."""
    parser, subparsers = _top()
    for name, command in COMMANDS.items():
        subparsers.add_parser(name, help=command.summary, add_help=False)
    return parser


def parser_of(name: str) -> argparse.ArgumentParser:
    """Give a parser that knows one command wholly."""
    parser, subparsers = _top()
    module = importlib.import_module(f"sendout.cli.{COMMANDS[name].module}")
    module.register(subparsers)
    for command in subparsers.choices.values():
        if "-" in command.prefix_chars:  # `manage` takes words only
            command.add_argument("--data", metavar="DIR", help=DATA_HELP)
    return parser


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Raise Problem in place of printing the usage, too."""
        raise Problem(f"{message}; see `{self.prog} --help`")


def _top() -> tuple[argparse.ArgumentParser, Subparsers]:
    parser: argparse.ArgumentParser = Parser(
        prog="sendout",
        description="Write one message, send it to thousands, and know who got it.",
    )
    parser.add_argument("--version", action="version", version=f"sendout {sendout.__version__}")
    return parser, parser.add_subparsers(metavar="command", required=True)
