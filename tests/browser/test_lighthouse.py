"""Lighthouse on the five main pages, on a desktop and on a phone.

How quick a page is depends on what else the machine does, so here only that is asked for which is
the same each time: whom a page keeps out, what travels, and whether it moves about. The figures
for performance are in docs/benchmarks.md, with the command.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Site
from tests.rigs import give_up, require

PEER = Path(__file__).parents[1] / "peers" / "lighthouse"
LEAST = 95  # of 100, for accessibility
MOST_BYTES = {"messages": 125, "popup": 130, "write": 160, "participants": 125, "unsubscribes": 125}
WORST_SHIFT = 0.1  # what people do not mind, https://web.dev/articles/cls


@pytest.fixture(scope="module")
def measured(site: Site) -> list[dict[str, Any]]:
    """Measure every page once in each form, signed in as the owner of the demo."""
    if not (PEER / "node_modules" / "lighthouse").exists():
        give_up(
            "Lighthouse is not installed; run npm ci --ignore-scripts in tests/peers/lighthouse"
        )
    script = [require("node"), str(PEER / "measure.mjs")]
    asked = [site.url, site.demo_email, site.demo_password, "--json", "--runs", "1"]
    found = subprocess.run([*script, *asked], stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(found.stdout)  # type: ignore[no-any-return]


@pytest.mark.timeout(1200)
def test_nobody_is_kept_out_of_the_main_pages(measured: list[dict[str, Any]]) -> None:
    assert len(measured) == 2 * len(MOST_BYTES)
    short = [each for each in measured if each["accessibility"] < LEAST]
    assert not short, json.dumps(short, indent=1)


def test_little_travels_and_what_has_travelled_is_kept(measured: list[dict[str, Any]]) -> None:
    heavy = [each for each in measured if each["bytes"] > MOST_BYTES[each["name"]] * 1024]
    assert not heavy, json.dumps(heavy, indent=1)
    assert all(each["packed"] for each in measured)
    assert not [address for each in measured for address in each["forgotten"]]


def test_no_page_moves_about_while_it_loads(measured: list[dict[str, Any]]) -> None:
    moving = [each for each in measured if each["shift"] > WORST_SHIFT]
    assert not moving, json.dumps(moving, indent=1)
