"""SMS through a provider's SMPP 3.4 server: settings, connecting, and what can go wrong there.

Why the protocol is spoken here and not by a library: docs/decisions/0016-smpp.md.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Self

from sendout.core.providers.base import Answer, Config, Envelope, SenderDown
from sendout.core.providers.reach import OWN_AUTHORITY, client_context, down, explain
from sendout.core.providers.setting import Setting, Value, read_url
from sendout.core.providers.smpp_config import SCHEMES, SETTINGS, SmppConfig
from sendout.core.providers.smpp_errors import bind_words
from sendout.core.providers.smpp_hearing import Hear
from sendout.core.providers.smpp_pdu import Command, bind_body
from sendout.core.providers.smpp_session import Session
from sendout.core.providers.smpp_submit import SEPARATOR, Window

__all__ = ["SmppConfig", "SmppConnection", "SmppProvider"]

CONNECTING = 30.0  # seconds for TCP and for the TLS handshake, at most
GOODBYE = 2.0  # seconds to wait for the answer to unbind


class SmppConnection:
    """One bound session; see `base.Connection`."""

    def __init__(self, session: Session, config: SmppConfig) -> None:
        self._session = session
        self._window = Window(session, config)

    @property
    def usable(self) -> bool:
        """False once the server hung up or wants to end the session."""
        return not (self._session.lost or self._session.leaving)

    async def ended(self) -> str:
        """Wait for the end of the session, and say why it ended."""
        await self._session.over.wait()
        return self._session.lost

    async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
        """Hand the envelopes over in order; see `base.Connection.send`."""
        await self._window.send(envelopes, answer)

    async def close(self) -> None:
        """Say unbind and let go."""
        if self.usable:
            try:
                async with asyncio.timeout(GOODBYE):
                    await self._session.answer_to(Command.UNBIND)
            except TimeoutError:
                pass
        self._session.end("we closed it")


class SmppProvider:
    """SMS through a provider's SMPP server.

    listener: to whom goes what comes in on a session that sends, which a transceiver does too.
    """

    channel: ClassVar[str] = "sms"
    kind: ClassVar[str] = "smpp"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = True
    leaves_as_written: ClassVar[bool] = False
    tells_arrival: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, config: SmppConfig) -> None:
        self.config = config
        self.listener: Hear | None = None

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        return cls(SmppConfig.from_config(config))

    @staticmethod
    def ids_in(ref: str) -> list[str]:
        """Give the ids, one for each part, by which receipts name a text with this reference."""
        return ref.split(SEPARATOR)

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read the settings a URL names. Raises BadConfig."""
        return read_url(url, SCHEMES)

    async def connect(self) -> SmppConnection:
        """Connect and bind, for texts to leave. Raises SenderDown."""
        return await self._bound(Command.BIND_TRANSMITTER, self.listener)

    async def listen(self, hear: Hear) -> SmppConnection:
        """Connect and bind, for receipts and texts of phones to come in. Raises SenderDown."""
        return await self._bound(Command.BIND_RECEIVER, hear)

    async def _bound(self, command: Command, hear: Hear | None) -> SmppConnection:
        config = self.config
        if config.bind == "transceiver":
            command = Command.BIND_TRANSCEIVER
        try:
            session = await self._reach(hear)
        except (OSError, UnicodeError) as error:  # TimeoutError and SSLError are OSErrors
            raise _explained(error, self._name) from error
        body = bind_body(config.username, config.password, config.system_type, "")
        try:
            pdu = await session.answer_to(command, body)
        except BaseException:
            session.end("we gave up")
            raise
        if pdu is None or pdu.status or pdu.command == Command.GENERIC_NACK:
            why = bind_words(pdu.status) if pdu else session.lost or "it does not answer"
            session.end("we were not let in")
            code = "login" if pdu else "connect"
            raise down(code, f'{self._name}, as "{config.username}": {why}')
        return SmppConnection(session, config)

    @property
    def _name(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    async def _reach(self, hear: Hear | None) -> Session:
        """Open the TCP connection, encrypted where that was asked for."""
        config = self.config
        async with asyncio.timeout(min(CONNECTING, config.timeout)):
            _, session = await asyncio.get_running_loop().create_connection(
                lambda: Session(config.timeout, config.enquire, hear),
                config.host,
                config.port,
                ssl=self._context if config.tls == "implicit" else None,
            )
        return session

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return client_context(self.config.ca_file, self.config.verify)


def _explained(error: OSError | UnicodeError, name: str) -> SenderDown:
    """Say in plain words why the server could not be reached."""
    match error:
        case ssl.SSLError() if not isinstance(error, ssl.SSLCertVerificationError):
            return down("tls", f"the encryption with {name} failed; try tls=none")
    return explain(error, name, OWN_AUTHORITY)
