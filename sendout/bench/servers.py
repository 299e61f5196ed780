"""The servers that a run needs besides PostgreSQL: Postfix's `smtp-sink`, and the relay."""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import socket
import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sendout.bench import relay
from sendout.cli.problem import Problem

HOST = relay.HOST
PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/postfix/sbin"  # of Debian
START_SECONDS = 10.0
BACKLOG = "1000"
PINGS = 5
# Ends with us, however we end: then standard input ends.
GUARDED = ["sh", "-c", '"$@" & read -r _; kill $!', "sh"]


def find_sink() -> str:
    """Give the path of `smtp-sink`. Raises Problem."""
    found = shutil.which("smtp-sink", path=PLACES)
    if found is None:
        raise Problem("smtp-sink is not installed; install Postfix, of which it is a part")
    return found


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """Run a server that takes every mail and forgets it; gives its port."""
    port = free_port()
    account = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [*GUARDED, find_sink(), *account, f"{HOST}:{port}", BACKLOG]
    with _running(command) as process:
        _wait_until_answers(port, process)
        yield port


@contextlib.contextmanager
def relayed(port: int, milliseconds: float, certificate: Path | None) -> Iterator[int]:
    """Run a relay to the port with this round trip, and TLS with a certificate; gives its port."""
    command = [sys.executable, "-m", relay.__name__, str(port), str(milliseconds)]
    if certificate is not None:
        command.append(str(certificate))
    with _running(command) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def round_trip(port: int, authority: Path | None) -> float:
    """Measure how many milliseconds a command and its answer take."""
    with _client(port, authority) as client:
        client.ehlo()
        return statistics.median(_ping(client) for _ in range(PINGS))


def _client(port: int, authority: Path | None) -> smtplib.SMTP:
    if authority is None:
        return smtplib.SMTP(HOST, port)
    context = ssl.create_default_context(cafile=str(authority))
    return smtplib.SMTP_SSL(HOST, port, context=context)


def _ping(client: smtplib.SMTP) -> float:
    started = time.monotonic()
    client.noop()
    return (time.monotonic() - started) * 1000


def free_port() -> int:
    """Give a TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that ends when its standard input does."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def _wait_until_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise Problem("smtp-sink did not start; its reason is above")
