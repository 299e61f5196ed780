"""A receiving server that refuses whom the test says, in the words the test says.

    with Refusing({"gone@far.test": "550 5.1.1 No such user"}) as server:
        ... 127.0.0.1:{server.port} ...

Mail to everybody else is taken and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from aiosmtpd.controller import Controller

from tests.rigs import free_port


class Refusing:
    """Use it with `with`. A reply starting with `DATA ` is given after the message instead."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        self.replies = replies
        self.taken: list[tuple[str, bytes]] = []
        self.port = 0

    def __enter__(self) -> Self:
        """Start it."""
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 (the name that aiosmtpd calls)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Answer for one recipient."""
        reply = self.replies.get(address, "250 OK")
        if reply.startswith(("4", "5")):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (the name that aiosmtpd calls)
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Take the message, or refuse it for one of its recipients."""
        for address in envelope.rcpt_tos:
            reply = self.replies.get(address, "")
            if reply.startswith("DATA "):
                return reply.removeprefix("DATA ")
        self.taken += [(address, envelope.original_content) for address in envelope.rcpt_tos]
        return "250 OK"

    def mails(self, address: str) -> list[bytes]:
        """Give the mails taken for one address, oldest first."""
        return [raw for to, raw in self.taken if to == address]
