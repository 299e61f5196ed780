"""The benchmark of the pages asks for every one of them; how fast they are, no test asks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sendout.bench.asking import Cost, Found
from sendout.bench.pages import Measured
from sendout.bench.routes import LEFT_OUT, Page
from sendout.bench.town import Size
from tests.cli.running import COMMAND, clean_environment
from tests.laws.test_routes import our_routes

SECONDS = 850  # on a machine with much else to do; twenty where it is alone
SMALL = ("--people", "150", "--sendouts", "6", "--largest", "300", "--running", "120")
# Addresses of which a part takes POST alone, or leads elsewhere: never asked for in a table.
SHOWN = {
    "messages", "popup", "popup_live", "popup_rows", "report", "sendout_again", "board", "calls",
    "compose_write", "compose_check", "compose_reach", "compose_audience", "find", "participant",
    "participants", "group", "replies", "conversation", "suppressions", "schedule", "session",
    "usage", "senders", "outbox", "bounces", "not_received_look", "delivery", "closure",
    "closure_check", "signed_report", "workers", "series", "templates", "settings", "prices",
}  # fmt: skip


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "bench", "pages", *SMALL, *words],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


@pytest.mark.timeout(SECONDS + 30)
def test_every_page_answers_has_its_figures_and_is_held_to_the_limit(tmp_path: Path) -> None:
    done = bench("--times", "1", "--limit", "0.001", "--json", "--data", str(tmp_path))
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    names = {page["page"] for page in told["pages"]}
    assert names >= SHOWN
    assert names | set(LEFT_OUT) <= {entry.name for _, entry in our_routes()}
    assert all(page["p95_ms"] >= page["p50_ms"] > 0 for page in told["pages"])
    assert all(page["queries"] >= 2 for page in told["pages"])  # session and user at least
    assert told["bare"]["p50_ms"] > 0
    assert {"million", "running"} <= {page["about"] for page in told["pages"]}
    assert "popup_live running: p95" in done.stderr
    assert "compose_cost draft" not in done.stderr  # its page does not wait for it
    assert not list(tmp_path.iterdir())


def test_the_table_has_the_slow_pages_and_the_bare_one_beside_them() -> None:
    [slow, bare] = [Found(Page(name, "", "/")) for name in ("board", "bare")]
    for found, clock in ((slow, 60.0), (bare, 2.0)):
        found.costs = [Cost(clock, 1.0, clock / 2, clock / 2, queries=4)] * 3
    place = {"cores": 2, "python": "3.11", "load": 0.1}
    measured = Measured(Size(), bare, [slow], place)
    lines = measured.to_text().splitlines()
    assert lines[1].split() == ["board", "60.0", "60.0", "30.0", "4", "1.0", "30.0", "60.0"]
    assert lines[2].startswith("bare")
    assert measured.slower_than(50) == [slow]
    assert measured.slower_than(60) == []


def test_too_few_people_are_refused_in_one_sentence() -> None:
    done = bench("--largest", "5")
    assert done.returncode == 2
    assert "--largest" in done.stderr
    assert "Traceback" not in done.stderr
