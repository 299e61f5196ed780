"""Who waits at a terminal sees how it goes, and needs no worker of their own."""

from __future__ import annotations

import os
import pty
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import clean_environment
from tests.e2e.conftest import LONGEST, SENDOUT, Home
from tests.rigs.recording_sink import RecordingSink

PEOPLE = 60


@pytest.fixture
def texts(home: Home, tmp_path: Path) -> list[str]:
    """Sixty people with email and phone, and what is said to them."""
    people, news, sms = (tmp_path / name for name in ("people.csv", "news.html", "news.txt"))
    rows = (f"Ann {n},ann.{n}@example.org,416-320-{1000 + n}\n" for n in range(PEOPLE))
    people.write_text("First name,Email,Phone\n" + "".join(rows))
    news.write_text("<title>News</title><p>Hi {{ first_name }}</p>")
    sms.write_text("Hi {{ first_name }}")
    home.run("sender", "add", "--org", "aqua-club", "--channel", "sms", "--kind", "sandbox")
    return ["--to", str(people), "--html", str(news), "--sms", str(sms), "--wait"]


def add_smtp(home: Home, url: str) -> None:
    words = ("--kind", "smtp", "--url", url, "--from", "office@example.org")
    home.run("sender", "add", "--org", "aqua-club", "--channel", "email", *words)


def test_a_bar_for_each_channel_moves_on_a_terminal(home: Home, texts: list[str]) -> None:
    home.run("sender", "add", "--org", "aqua-club", "--channel", "email", "--kind", "sandbox")
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [SENDOUT, "send", "--org", "aqua-club", *texts],
        env=clean_environment() | {"SENDOUT_DATA": str(home.data), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
    )
    os.close(terminal)
    seen = read_all(screen)
    printed, _ = process.communicate(timeout=LONGEST)
    assert process.returncode == 0
    bars = [line for line in seen.replace("\n", "\r").split("\r") if line.startswith("Email [")]
    assert bars[0].startswith("Email [--------------------] 0 of 60   SMS [----")
    assert bars[-1].rstrip().endswith("SMS [####################] 60 of 60")
    assert "“News”: " in printed


def read_all(screen: int) -> str:
    """Read a terminal until nobody writes to it any more."""
    seen = b""
    while True:
        try:
            seen += os.read(screen, 4096)
        except OSError:  # EIO: all have closed it (pty(7))
            os.close(screen)
            return seen.decode()


def test_a_server_that_goes_away_and_comes_back_is_waited_for(home: Home, texts: list[str]) -> None:
    with RecordingSink(pause=0.2) as sink:
        port = sink.port
        add_smtp(home, sink.url)
        sending = home.start("send", "--org", "aqua-club", *texts)
        sink.wait_for(5)
    end = time.monotonic() + LONGEST
    while "“Email (smtp)” does not work: " not in sending.said:
        assert time.monotonic() < end
        time.sleep(0.1)
    with RecordingSink(port=port) as again:
        while sending.is_running():
            home.ask("UPDATE senders_sender SET down_until = now() WHERE down_until > now()")
            home.ask("UPDATE deliveries_delivery SET next_try_at = now() WHERE status = 'deferred'")
            home.ask("UPDATE deliveries_batch SET retry_at = now() WHERE retry_at > now()")
            home.ask("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
            time.sleep(0.2)
    assert sending.end() == 0
    assert set(sink.times() + again.times()) == {f"ann.{n}@example.org" for n in range(PEOPLE)}
    assert home.ask("SELECT DISTINCT status FROM deliveries_delivery WHERE channel = 'email'") == [
        ("sent",)
    ]
    assert sending.said.count("does not work") == 1
