"""Children are kept running, and let go of in the end."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from sendout.cli import supervisor
from sendout.cli.problem import Problem
from sendout.cli.supervisor import SIGNALS, Child, Supervisor, describe


@pytest.fixture(autouse=True)
def _keep_the_signals_of_pytest() -> object:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def python(code: str) -> list[str]:
    """Give the command line of a small program."""
    return [sys.executable, "-I", "-S", "-c", code]


def test_a_child_that_never_starts_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY", 0.01)
    with pytest.raises(Problem, match="worker 1 ended 5 times at its start"):
        Supervisor([Child("worker 1", python("raise SystemExit(3)"))]).watch()
    assert capfd.readouterr().err.count("worker 1 ended (exit code 3); starting it again") == 4


def test_a_child_that_does_not_listen_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "DRAIN_SECONDS", 0.2)
    deaf = tmp_path / "deaf"
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    child = Child("worker 1", python(f"{ignore}; open({str(deaf)!r}, 'w'); time.sleep(60)"))
    with Supervisor([child]) as watched:
        watched.start()
        while not deaf.exists():
            time.sleep(0.01)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_an_end_is_described_in_words() -> None:
    assert describe(3) == "exit code 3"
    assert describe(-9) == "killed by SIGKILL"
