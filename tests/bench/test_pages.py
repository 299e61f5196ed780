"""The benchmark of the pages asks for every one of them; how fast they are, no test asks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from sendout.bench.routes import LEFT_OUT
from tests.cli.running import COMMAND, clean_environment
from tests.laws.test_routes import our_routes

SECONDS = 240
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


def test_every_page_answers_and_has_its_figures(tmp_path: Path) -> None:
    done = bench("--times", "1", "--json", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    names = {page["page"] for page in told["pages"]}
    assert names >= SHOWN
    assert names | set(LEFT_OUT) <= {entry.name for _, entry in our_routes()}
    assert all(page["p95_ms"] >= page["p50_ms"] > 0 for page in told["pages"])
    assert all(page["queries"] >= 2 for page in told["pages"])  # session and user at least
    assert told["bare"]["p50_ms"] > 0
    assert {"million", "running"} <= {page["about"] for page in told["pages"]}
    assert not list(tmp_path.iterdir())


def test_a_page_over_the_limit_is_named_and_fails() -> None:
    done = bench("--times", "2", "--only", "popup_live running", "--limit", "0.001")
    assert done.returncode == 1
    assert "popup_live running: p95" in done.stderr
    assert "× bare" in done.stdout


def test_too_few_people_are_refused_in_one_sentence() -> None:
    done = bench("--largest", "5")
    assert done.returncode == 2
    assert "--largest" in done.stderr
    assert "Traceback" not in done.stderr
