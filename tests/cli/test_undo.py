"""Everything killed while a send-out can still be undone: it leaves when it is due, once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sendout.cli.embedded import EmbeddedServer
from tests.cli.running import processes_of, sendout, start, wait_until_gone, wait_until_ready
from tests.rigs import free_port

PRESS = """
from sendout.accounts.models import Organisation
from sendout.deliveries.freeze import send
from sendout.people.models import Participant
from sendout.sendouts.drafts import start
club = Organisation.objects.get(slug="aqua-club")
club.undo_seconds = 8
draft = start(club, club.memberships.first().user, "Thought over", "email")
draft.message.subject = draft.message.body = "Pool closed"
draft.message.save()
draft.people.set(Participant.objects.filter(organisation=club).exclude(email_normal="")[:5])
send(draft)
"""
STATE = """
SELECT s.state, s.scheduled_for <= now(), (SELECT count(*) FROM deliveries_delivery d
    WHERE d.sendout_id = s.id) FROM sendouts_sendout s WHERE s.name = 'Thought over'
"""
LONGEST = 60.0  # seconds until it has left


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Give a data directory, and leave no process of it behind when a test fails."""
    directory = tmp_path / "data"
    yield directory
    kill(directory)


def kill(data: Path) -> None:
    for pid in processes_of(data):
        os.kill(pid, signal.SIGKILL)
    wait_until_gone(data)


def state(data: Path) -> tuple[str, bool, int]:
    with psycopg.connect(EmbeddedServer(data).url) as connection:
        row = connection.execute(STATE).fetchone()
    assert row is not None
    return row


def test_a_kill_before_it_leaves_loses_nothing(data: Path) -> None:
    port = str(free_port())
    process = start(data, "--port", port, "--demo")
    wait_until_ready(process)
    pressed = sendout("manage", "shell", "--no-imports", "--command", PRESS, SENDOUT_DATA=str(data))
    assert pressed.returncode == 0, pressed.stderr
    assert state(data) == ("scheduled", False, 0)
    kill(data)
    process.wait()
    wait_until_ready(start(data, "--port", port))
    end = time.monotonic() + LONGEST
    while (now := state(data))[0] == "scheduled" and time.monotonic() < end:
        assert now[2] == 0
        time.sleep(0.1)
    assert (now[0] in ("running", "finished"), now[1], now[2]) == (True, True, 5)
