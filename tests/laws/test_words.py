"""Nothing in the repository names the machine it was written on or a package registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.laws.sources import ROOT, tracked_files

REGISTRIES = [
    "pypi." + "org",
    "files.python" + "hosted",
    "registry." + "npmjs",
    "registry." + "yarn",
]
HOMES = [r"/home/\w+/", r"/Users/\w+/", r"/root/[\w.]", "/work" + r"/\w+/"]
FORBIDDEN = re.compile("|".join([re.escape(host) for host in REGISTRIES] + HOMES))
NOT_OURS = ("vendor",)


def lines_to_read(path: Path) -> list[str]:
    """Give the lines of a text file of ours; none of a binary file or of a vendored one."""
    data = path.read_bytes()
    if b"\0" in data or any(part in NOT_OURS for part in path.parts):
        return []
    return data.decode("utf-8", "replace").splitlines()


def test_no_file_names_a_registry_or_a_home() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in tracked_files()
        for number, line in enumerate(lines_to_read(path), start=1)
        if (match := FORBIDDEN.search(line))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["https://" + REGISTRIES[0] + "/simple", "/home" + "/somebody/x"])
def test_the_law_would_see_one(line: str) -> None:
    assert FORBIDDEN.search(line)
