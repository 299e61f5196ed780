"""A real Kannel: its bearerbox and smsbox, with its own fake SMSC behind them.

with Kannel(tmp_path, get_url="http://127.0.0.1:8000/hooks/sms/1/...") as kannel:
    ... kannel.url, Kannel.username, Kannel.password ...
    kannel.phone_sends("15145550142", "STOP")
    kannel.on_air
"""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.rigs import free_port, give_up, require
from tests.rigs.processes import Serving

FAKE_SMSC = Path("/usr/lib/kannel/test/fakesmsc")
NUMBER = "15145550100"  # to which phones send
CONFIG = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {username}
password = {password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
get-url = "{get_url}"
omit-empty = true
max-messages = 0
concatenation = true
"""


class Kannel:
    """Use it with `with`. get_url: where texts from phones go."""

    username, password = "sendout", "swim&skate"

    def __init__(self, folder: Path, get_url: str) -> None:
        self._folder = folder
        self._get_url = get_url
        self._admin, self._box, self._smsc, self._sendsms = (free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self._sendsms}/cgi-bin/sendsms"

    def __enter__(self) -> Self:
        """Start it; skips or fails the test where it is missing."""
        bearerbox, smsbox = require("bearerbox"), require("smsbox")
        if not FAKE_SMSC.exists():
            give_up(f"{FAKE_SMSC} is not installed")
        config = self._folder / "kannel.conf"
        ports = {"admin": self._admin, "box": self._box}
        ports |= {"smsc": self._smsc, "sendsms": self._sendsms}
        account = {"username": self.username, "password": self.password}
        config.write_text(CONFIG.format(get_url=self._get_url, **ports, **account))
        with ExitStack() as stack:
            for name, port in ((bearerbox, self._box), (smsbox, self._sendsms)):
                log = self._folder / f"{Path(name).name}.log"
                serving = Serving((name, "-v", "1", str(config)), port, log)
                stack.callback(serving.stop)
            self._air = self._folder / "air.log"
            stack.callback(self._stop_smsc)
            with self._air.open("wb") as out:
                # Without a message it reads them from its input, one a line, until that ends.
                self._phones = subprocess.Popen(
                    (FAKE_SMSC, "-H", "127.0.0.1", "-r", str(self._smsc)),
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                )
            self._stop = stack.pop_all().close
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._stop()

    @property
    def on_air(self) -> list[str]:
        """What the fake SMSC got: sender, receiver, coding and text of each message."""
        return re.findall(r"Got message \d+: <(.*)>", self._said)

    def arrived(self, count: int) -> list[str]:
        """Give what is on air once it is so many; receipts of Kannel can be here before that."""
        until = time.monotonic() + 10
        while len(self.on_air) < count and time.monotonic() < until:
            time.sleep(0.05)
        return self.on_air

    def phone_sends(self, phone: str, text: str) -> None:
        """Let a phone send a text."""
        line = f"{phone} {NUMBER} text {text}\n"
        assert self._phones.stdin is not None
        before, until = self._said.count("sent message"), time.monotonic() + 5
        self._phones.stdin.write(line.encode())
        self._phones.stdin.flush()
        # It reads one line at a time and overlooks a second one that came with the first.
        while self._said.count("sent message") == before and time.monotonic() < until:
            time.sleep(0.05)

    @property
    def _said(self) -> str:
        return self._air.read_text(errors="replace")

    def _stop_smsc(self) -> None:
        self._phones.kill()
        self._phones.communicate(timeout=10)
