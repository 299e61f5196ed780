"""`sendout manage`: any command of Django's, on the database of the data directory."""

from __future__ import annotations

import argparse

from django.core.management import ManagementUtility

from sendout.cli.commands import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "manage", help="run a command of Django's", prefix_chars="\0", add_help=False
    )
    parser.add_argument("words", nargs="*", metavar="...")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Hand the words to Django, which ends the process itself when they make no sense."""
    ManagementUtility(["sendout manage", *arguments.words]).execute()
    return 0
