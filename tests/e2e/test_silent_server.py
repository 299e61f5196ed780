"""A mail server that takes no end to answer holds up nobody but its own sender."""

from __future__ import annotations

import time
from pathlib import Path

from tests.e2e.conftest import Home
from tests.e2e.working import open_site, workers
from tests.rigs.recording_sink import RecordingSink

SILENCE = 60.0  # seconds
SOON = 15.0


def test_others_send_while_a_server_keeps_silent(home: Home, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("First name,Email\n" + "".join(f"Bo {n},bo{n}@example.org\n" for n in range(60)))
    news = tmp_path / "few.html"
    news.write_text("<title>Few</title><p>Hi {{ first_name }}.</p>")
    with (
        RecordingSink() as quick,
        open_site(home, tmp_path, RecordingSink(pause=SILENCE)) as site,
        workers(site, 1) as [worker],
    ):
        words = ("--org", "aqua-club", "--channel", "email", "--kind", "smtp", "--url", quick.url)
        home.run("sender", "add", *words, "--from", "office@example.org", "--name", "Quick")
        site.send()
        held = "SELECT count(*) FROM deliveries_batch WHERE held IS NOT NULL"
        while home.ask(held) == [(0,)]:
            time.sleep(0.1)
        time.sleep(2)  # in which all that can wait for the silent one does
        home.run("send", "--org", "aqua-club", "--to", few, "--html", news, "--sender", "Quick")
        quick.wait_for(60, SOON)
        assert not site.sink.received
        worker.process.kill()
