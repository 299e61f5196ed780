"""The child process that makes a report. Argument: its id; settings come with the environment."""

from __future__ import annotations

import importlib
import os
import sys

import django

NICE = 10  # whoever sends comes first


def main(report_id: str) -> None:
    """Make the report and keep its files."""
    os.nice(NICE)
    django.setup()
    # Models can only be imported from here on.
    importlib.import_module("sendout.reports.making").make(int(report_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
