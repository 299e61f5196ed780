"""Email through an SMTP server (RFC 5321): settings, connecting, and what can go wrong there."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

from sendout.core.providers.base import Answer, Config, Envelope, SenderDown
from sendout.core.providers.reach import OWN_AUTHORITY, client_context, down, explain
from sendout.core.providers.setting import Setting, Value, read_url
from sendout.core.providers.smtp_chunks import Chunks, window
from sendout.core.providers.smtp_config import SCHEMES, SETTINGS, SmtpConfig
from sendout.core.providers.smtp_dialogue import Waits
from sendout.core.providers.smtp_hello import (
    TokenRefused,
    ask_for_tls,
    greet,
    introduce,
    sign_in,
    sign_in_with_token,
    take_leave,
)
from sendout.core.providers.smtp_replies import Extensions
from sendout.core.providers.smtp_session import GAVE_UP, Session
from sendout.core.providers.smtp_token import Permission, TokenSource
from sendout.core.providers.smtp_transfer import Transfer

__all__ = ["SmtpConfig", "SmtpConnection", "SmtpProvider"]

CONNECTING = 30.0  # seconds for TCP and for the TLS handshake, at most
GOODBYE = 2.0  # seconds to wait for the answer to QUIT


class SmtpConnection:
    """One open connection; see `base.Connection`."""

    def __init__(self, session: Session, transfer: Transfer | Chunks, learned: _Learned) -> None:
        self._session = session
        self._transfer = transfer
        self._learned = learned

    @property
    def usable(self) -> bool:
        """False once the server hung up, said goodbye, or wants a new connection."""
        return not (self._session.lost or self._transfer.tally.over)

    async def send(self, envelopes: Iterable[Envelope], answer: Answer) -> None:
        """Hand the envelopes over in order; see `base.Connection.send`."""
        await self._session.hold(self._transfer.deliver(envelopes, answer))
        tally = self._transfer.tally
        if tally.out_of_step:
            self._session.end("its answers did not fit what we said")
        if tally.most:
            self._learned.most = tally.most
        if tally.no_chunks:
            self._learned.chunks = False

    async def close(self) -> None:
        """Say QUIT and let go."""
        if not self._session.lost:
            await self._session.hold(take_leave(GOODBYE))
        self._session.end("we closed it")


@dataclass(slots=True)
class _Learned:
    """What earlier connections taught us.

    most: messages per connection, 0 for no limit. chunks: False when the server offers CHUNKING
    and does not know it.
    """

    most: int = 0
    chunks: bool = True


class SmtpProvider:
    """Email through an SMTP server."""

    channel: ClassVar[str] = "email"
    kind: ClassVar[str] = "smtp"
    keeps_copy: ClassVar[bool] = False
    chains: ClassVar[bool] = True
    leaves_as_written: ClassVar[bool] = True
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, config: SmtpConfig) -> None:
        self.config = config
        self._learned = _Learned()
        self._tokens = _tokens(config)
        self._waits = Waits.scaled(config.timeout)

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        return cls(SmtpConfig.from_config(config))

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read the settings a URL names. Raises BadConfig."""
        return read_url(url, SCHEMES)

    async def connect(self) -> SmtpConnection:
        """Connect, encrypt, sign in. Raises SenderDown."""
        if self._tokens is None:
            return await self._connect("")
        kept = self._tokens.kept
        token = await self._tokens.token()
        try:
            return await self._connect(token)
        except TokenRefused:
            if token != kept:
                raise
        # A kept token may have been withdrawn before its time.
        return await self._connect(await self._tokens.token(instead_of=token))

    async def _connect(self, token: str) -> SmtpConnection:
        try:
            session = await self._reach()
            offered = await self._enter_or_leave(session, token)
        except (OSError, UnicodeError) as error:  # TimeoutError and SSLError are OSErrors
            raise _explained(error, self._name) from error
        return SmtpConnection(session, self._transfer(session, offered), self._learned)

    def _transfer(self, session: Session, offered: Extensions) -> Transfer | Chunks:
        """Choose the quickest way that both sides know."""
        offered = replace(offered, dsn=offered.dsn and self.config.dsn)
        most, wanted = self._learned.most, self.config.chunking and self._learned.chunks
        if wanted and offered.chunking and offered.pipelining:
            return Chunks(offered, self._waits, most, window(session.round_trip))
        return Transfer(offered, self._waits, most)

    @property
    def _name(self) -> str:
        return f"{self.config.host}:{self.config.port}"

    @property
    def _implicit(self) -> bool:
        tls = self.config.tls
        return tls == "implicit" or (tls == "auto" and self.config.port == 465)

    async def _reach(self) -> Session:
        """Open the TCP connection, encrypted where that comes first (RFC 8314 section 3)."""
        wait = min(CONNECTING, self.config.timeout)
        async with asyncio.timeout(wait):
            _, session = await asyncio.get_running_loop().create_connection(
                Session,
                self.config.host,
                self.config.port,
                ssl=self._context if self._implicit else None,
            )
        return session

    async def _enter_or_leave(self, session: Session, token: str) -> Extensions:
        """Enter; when that fails, let go of the connection and say which server it was."""
        with ExitStack() as leaving:
            leaving.callback(session.end, GAVE_UP)
            try:
                offered = await self._enter(session, token)
            except SenderDown as error:
                why = f" ({session.lost})" if session.lost not in ("", GAVE_UP) else ""
                text = f"{self._name}: {error.refusal.text}{why}"
                raise type(error)(replace(error.refusal, text=text)) from None
            leaving.pop_all()
        return offered

    async def _enter(self, session: Session, token: str) -> Extensions:
        """Greet, encrypt, sign in; give what the server offers to those who came so far."""
        config, wait = self.config, self._waits.command
        await session.hold(greet(wait))
        offered = await self._introduce(session)
        if self._wants_starttls(offered):
            await session.hold(ask_for_tls(wait))
            await session.encrypt(self._context, config.host, min(CONNECTING, wait))
            # What was offered before the encryption does not count (RFC 3207 section 4.2).
            offered = await self._introduce(session)
        elif config.username and config.tls == "auto" and not self._safe_in_clear():
            raise down(
                "tls",
                "the server offers no encryption, so the password was not sent; "
                "choose tls=none if it shall be sent readable for all",
            )
        if token:
            await session.hold(sign_in_with_token(offered, config.username, token, wait))
        elif config.username:
            await session.hold(sign_in(offered, config.username, config.password, wait))
        return offered

    async def _introduce(self, session: Session) -> Extensions:
        """Say who we are, learn what the server offers, and how long an answer takes."""
        name, clock = self.config.ehlo_name or _own_name(session), asyncio.get_running_loop().time
        begun = clock()
        offered = await session.hold(introduce(name, self._waits.command))
        session.round_trip = clock() - begun
        return offered

    def _wants_starttls(self, offered: Extensions) -> bool:
        if self._implicit or self.config.tls == "none":
            return False
        if self.config.tls == "starttls" and not offered.starttls:
            raise down("tls", "the server does not offer STARTTLS; is this the right port?")
        return offered.starttls

    def _safe_in_clear(self) -> bool:
        return self._implicit or self.config.host in ("localhost", "127.0.0.1", "::1")

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return client_context(self.config.ca_file, self.config.verify)


def _tokens(config: SmtpConfig) -> TokenSource | None:
    """Give the source of tokens, where they are what we sign in with."""
    if config.auth != "xoauth2":
        return None
    permission = Permission(
        config.token_url,
        config.client_id,
        config.client_secret,
        config.refresh_token,
        config.scope,
        config.ca_file,
    )
    return TokenSource(permission, min(CONNECTING, config.timeout))


def _own_name(session: Session) -> str:
    """Name ourselves: a full host name, else our address (RFC 5321 section 4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    address = session.local_address()
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _explained(error: OSError | UnicodeError, name: str) -> SenderDown:
    """Say in plain words why the server could not be reached."""
    match error:
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return down("tls", f"{name} does not encrypt from the start; try tls=starttls")
    return explain(error, name, OWN_AUTHORITY)
