"""`sendout migrate`: bring the database's tables up to date."""

from __future__ import annotations

import argparse

from sendout.cli import database
from sendout.cli.commands import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("migrate", help="bring the database's tables up to date")
    parser.set_defaults(perform=perform)


def perform(arguments: argparse.Namespace) -> int:
    """Apply the migrations that wait, saying which."""
    database.migrate(verbosity=1)
    return 0
