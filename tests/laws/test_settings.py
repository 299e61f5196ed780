"""Every setting is documented, and everything documented is a setting."""

from __future__ import annotations

import re

from tests.laws.sources import ROOT

NAME = r"[A-Z][A-Z0-9_]+"
READ = re.compile(rf"""\benv(?:\.\w+)?\(\s*["']({NAME})["']""")
HEADING = re.compile(rf"^\| `({NAME})` \|", re.MULTILINE)


def read_names() -> set[str]:
    """Give the names that settings.py reads from the environment."""
    return set(READ.findall((ROOT / "sendout" / "settings.py").read_text()))


def documented_names() -> set[str]:
    """Give the names that stand first in a row of the tables of docs/settings.md."""
    return set(HEADING.findall((ROOT / "docs" / "settings.md").read_text()))


def test_the_law_finds_settings() -> None:
    assert {"DATABASE_URL", "SENDOUT_DATA"} <= read_names()


def test_every_setting_is_documented() -> None:
    missing = sorted(read_names() - documented_names())
    assert not missing, f"say in docs/settings.md what these do: {missing}"


def test_everything_documented_is_a_setting() -> None:
    unknown = sorted(documented_names() - read_names())
    assert not unknown, (
        f"docs/settings.md explains what sendout/settings.py does not read: {unknown}"
    )
