"""A greylisting policy service for Postfix (SMTPD_POLICY_README): "not now", for a while.

with Greylist(["ann@example.test"], seconds=8) as service:
    ... check_policy_service inet:127.0.0.1:{service.port} ...
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterable
from typing import Self


class Greylist:
    """Use it with `with`. refused: how often each address was told to come again."""

    def __init__(self, addresses: Iterable[str], seconds: float) -> None:
        self.addresses = set(addresses)
        self.seconds = seconds
        self.first: dict[str, float] = {}
        self.refused: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Listen on a free port of the loopback."""
        owner = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                asked: dict[str, str] = {}
                for line in self.rfile:
                    name, equals, value = line.decode().strip().partition("=")
                    if equals:
                        asked[name] = value
                        continue
                    answer = owner.answer(asked.get("recipient", "").lower())
                    self.wfile.write(f"action={answer}\n\n".encode())
                    asked = {}

        socketserver.ThreadingTCPServer.daemon_threads = True
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, address: str) -> str:
        """Say what becomes of a recipient now."""
        if address not in self.addresses:
            return "DUNNO"
        if time.monotonic() < self.first.setdefault(address, time.monotonic()) + self.seconds:
            self.refused[address] = self.refused.get(address, 0) + 1
            return "451 4.7.1 Greylisted, come again"
        return "DUNNO"
