"""A program that serves until it is told to stop."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 60.0  # seconds; a machine may be busy


class Serving:
    """Starts a program, and waits until it listens on a port of the loopback."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            self._wait(port)
        except BaseException:
            self.stop()
            raise

    def _wait(self, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"it ended by itself: {self.said}")
            try:
                socket.create_connection(("127.0.0.1", port), 0.5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"nobody listens on {port}: {self.said}")

    @property
    def said(self) -> str:
        """What it wrote so far."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
