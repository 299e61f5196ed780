"""The lock that tells whether the embedded server lives."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest

from sendout.cli import keeper


def test_whoever_looks_at_the_lock_does_not_keep_the_server_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    path.touch()
    looker, starter = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    fcntl.flock(looker, fcntl.LOCK_EX)
    threading.Timer(0.05, os.close, [looker]).start()
    keeper.take(starter)
    os.close(starter)


def test_a_second_server_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.05)
    path = tmp_path / "alive"
    path.touch()
    server, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    fcntl.flock(server, fcntl.LOCK_EX)
    with pytest.raises(BlockingIOError):
        keeper.take(second)
    os.close(server)
    os.close(second)
