"""The walk through the code leads to files that are there."""

from __future__ import annotations

import re

from tests.laws.sources import ROOT

WALK = ROOT / "docs" / "way-of-a-message.md"


def test_the_walk_leads_to_files_that_are_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", WALK.read_text())
    assert len(links) > 20
    assert not [link for link in links if not (WALK.parent / link).exists()]
