"""The benchmark does what it says; how fast this machine is, no test asks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sendout.bench import servers
from sendout.bench.servers import find_sink, relayed, round_trip, sink
from sendout.bench.work import filler
from sendout.cli.problem import Problem
from tests.cli.running import COMMAND, clean_environment
from tests.rigs import require

SECONDS = 120
KEYS = {"name", "messages", "messages_per_second", "cpu_us_per_message", "peak_rss_mb"}


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "bench", "send", *words]
    environment = clean_environment()
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)


def test_every_recipient_is_sent_to_and_recorded(tmp_path: Path):
    require("smtp-sink")
    said = ("--recipients", "300", "--peers", "sendout,bare,django", "--json")
    done = bench(*said, "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [result["name"] for result in told["results"]] == ["django", "bare", "sendout"]
    assert all(set(result) == KEYS for result in told["results"])
    assert all(result["messages"] == 300 for result in told["results"])
    assert told["sendout"]["recorded"] == 300
    assert not list(tmp_path.iterdir())


def test_the_table_names_everybody_and_what_stood_between():
    require("smtp-sink")
    done = bench("--recipients", "40", "--peers", "bare,sendout", "--tls", "--round-trip", "5")
    assert done.returncode == 0, done.stderr
    assert "bare" in done.stdout
    assert "recorded 40 deliveries" in done.stdout
    assert "The relay asked for 5 ms" in done.stdout


def test_each_stage_has_its_cost():
    command = [*COMMAND, "bench", "stages", "--recipients", "700", "--slice", "100", "--json"]
    environment = clean_environment()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    stages = json.loads(done.stdout)["stages"]
    assert [stage["name"] for stage in stages] == ["freeze", "claim", "prepare", "settle"]
    assert all(stage["clock_us"] > 0 for stage in stages)


@pytest.mark.parametrize(
    "words", [["--peers", "sendout,nobody"], ["--recipients", "0"], ["--round-trip", "-1"]]
)
def test_what_cannot_be_compared_is_said_in_one_sentence(words: list[str]):
    done = bench(*words)
    assert done.returncode == 2
    assert words[0] in done.stderr
    assert "Traceback" not in done.stderr


def test_without_smtp_sink_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(servers, "PLACES", str(tmp_path))
    with pytest.raises(Problem, match="install Postfix"):
        find_sink()


@pytest.mark.parametrize("milliseconds", [0, 30])
def test_the_relay_takes_as_long_as_it_is_told(milliseconds: int):
    require("smtp-sink")
    with sink() as port, relayed(port, milliseconds, None) as there:
        assert round_trip(there, None) >= milliseconds


def test_values_stand_where_their_fields_were():
    fill = filler(["Hi ", "first_name", ", ", "child", " and ", "first_name", "."])
    texts = [fill({"first_name": name, "child": "Léo"}) for name in ("Alice", "Bob")]
    assert texts == ["Hi Alice, Léo and Alice.", "Hi Bob, Léo and Bob."]
