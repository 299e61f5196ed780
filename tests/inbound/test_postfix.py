"""A real Postfix hands bounces over as docs/bounces.md says: by LMTP, and through a pipe."""

from __future__ import annotations

import json
import shutil
import smtplib
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from sendout.deliveries.links import return_path
from tests.cli.running import COMMAND, clean_environment
from tests.inbound.coming_back import bounce
from tests.rigs import free_port
from tests.rigs.postfix import OWNER, Postfix

pytestmark = pytest.mark.postfix

KEYS = "a key that is good enough for tests"
VERP = return_path("bounces@club.test", 17)
STRANGER = "bounces+0262c13ad9c34a2b1d58a2f5cc@club.test"
PIPE = """\
sendout unix - n n - 4 pipe flags=DORhu user={user}
  argv={program} --recipient ${{original_recipient}}
"""
HANDS_OVER = """\
import json, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as line:
    line.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n" + sys.stdin.buffer.read())
    line.shutdown(socket.SHUT_WR)
    sys.exit(int(line.makefile().read()))
"""
HANDED_OVER = """\
recipient_delimiter = +
transport_maps = inline:{{ bounces@club.test={where} }}
sendout_destination_recipient_limit = 1
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
"""


def environment(url: str) -> dict[str, str]:
    return clean_environment() | {"DATABASE_URL": url, "SENDOUT_KEYS": KEYS}


def kept(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT way, envelope_to FROM returns_returnedmail").fetchall()


def wait_for(true: Callable[[], bool], explain: Callable[[], str]) -> None:
    end = time.monotonic() + 40
    while not true():
        assert time.monotonic() < end, explain()
        time.sleep(0.2)


def send(postfix: Postfix, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=10) as smtp:
        for recipient in recipients:
            smtp.sendmail("", recipient, bounce(recipient, "ann@example.test"))


@pytest.fixture
def program(database_url: str) -> Iterator[Path]:
    """Write what Postfix's account runs: it has the real command run under our own account.

    Another account need not be able to read the tree that is tested.
    """

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            words, _, mail = self.rfile.read().partition(b"\n")
            command = [*COMMAND, "bounce", *json.loads(words)]
            done = subprocess.run(command, input=mail, env=environment(database_url), timeout=60)
            self.wfile.write(b"%d" % done.returncode)

    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server,
        tempfile.TemporaryDirectory(prefix="pipe-") as name,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Path(name).chmod(0o755)
        path = Path(name) / "bounce"
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
        path.write_text(f"#!{python}\n{HANDS_OVER.format(port=server.server_address[1])}")
        path.chmod(0o755)
        yield path
        server.shutdown()


def test_a_pipe_keeps_what_is_ours_and_returns_the_rest(database_url: str, program: Path) -> None:
    more = HANDED_OVER.format(where="sendout:")
    services = PIPE.format(user=OWNER, program=program)
    with Postfix(["bounces@club.test"], more=more, services=services) as postfix:
        send(postfix, VERP, STRANGER)
        wait_for(lambda: postfix.log().count("relay=sendout") >= 2, postfix.log)
        log = postfix.log()
    assert kept(database_url) == [("pipe", VERP)]
    [ours] = [line for line in log.splitlines() if "relay=sendout" in line and VERP in line]
    [other] = [line for line in log.splitlines() if "relay=sendout" in line and STRANGER in line]
    assert "status=sent" in ours
    assert "dsn=5.1.1, status=bounced" in other


def test_lmtp_keeps_what_is_ours_and_puts_off_while_nobody_listens(database_url: str) -> None:
    port = free_port()
    more = HANDED_OVER.format(where=f"lmtp:[127.0.0.1]:{port}")
    with Postfix(["bounces@club.test"], more=more) as postfix:
        send(postfix, VERP)
        wait_for(lambda: "status=deferred" in postfix.log(), postfix.log)
        command = [*COMMAND, "receive", "--lmtp", "--port", str(port)]
        with subprocess.Popen(command, env=environment(database_url)) as process:
            try:
                wait_for(lambda: "status=sent" in postfix.log(), postfix.log)
                assert kept(database_url) == [("lmtp", VERP)]
                send(postfix, STRANGER)
                wait_for(lambda: "status=bounced" in postfix.log(), postfix.log)
            finally:
                process.terminate()
            assert process.wait(20) == 0
    assert kept(database_url) == [("lmtp", VERP)]
