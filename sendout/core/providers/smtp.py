"""Email through an SMTP server (RFC 5321): settings, connecting, and what can go wrong there."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from sendout.core.providers.base import Answer, Config, Envelope, SenderDown
from sendout.core.providers.setting import BadConfig, Setting, Value, read_all, read_url
from sendout.core.providers.smtp_hello import (
    ask_for_tls,
    down,
    greet,
    introduce,
    sign_in,
    take_leave,
)
from sendout.core.providers.smtp_replies import Extensions
from sendout.core.providers.smtp_session import GAVE_UP, Session
from sendout.core.providers.smtp_transfer import Transfer, Waits

CONNECTING = 30.0  # seconds for TCP and for the TLS handshake, at most
GOODBYE = 2.0  # seconds to wait for the answer to QUIT
SCHEMES: dict[str, Config] = {"smtp": {}, "smtps": {"tls": "implicit"}}
SETTINGS = (
    Setting("host", str, "name of the mail server, such as smtp.example.org"),
    Setting("port", int, "port of the mail server; 0 takes 465, 587 or 25 as fits", 0),
    Setting(
        "tls",
        str,
        "encryption: auto (when offered), starttls (always), implicit (port 465), none",
        "auto",
        choices=("auto", "starttls", "implicit", "none"),
    ),
    Setting("username", str, "name to sign in with; empty for no sign-in", ""),
    Setting("password", str, "password to sign in with", "", secret=True),
    Setting("verify", bool, "check the server's certificate", True),
    Setting("ca_file", str, "file with the certificates to trust, for a private authority", ""),
    Setting("timeout", float, "seconds to wait for an answer to a command", 300.0),
    Setting("ehlo_name", str, "name this machine introduces itself with", ""),
)


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """How to reach and enter a mail server; see SETTINGS for what each one means.

    Raises BadConfig.
    """

    host: str
    port: int = 0
    tls: str = "auto"
    username: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    ca_file: str = ""
    timeout: float = 300.0
    ehlo_name: str = ""

    def __post_init__(self) -> None:
        """Fill in the usual port and refuse what cannot work."""
        if not self.host or re.search(r"[\s/@]", self.host):
            raise BadConfig("host is the name of a mail server, such as smtp.example.org.")
        if not self.port:
            object.__setattr__(self, "port", self._usual_port())
        if not 0 < self.port < 65_536:
            raise BadConfig(f"port is a number from 1 to 65535, not {self.port}.")
        if not self.timeout > 0:
            raise BadConfig("timeout is a number of seconds above 0.")
        if self.ca_file and not Path(self.ca_file).is_file():
            raise BadConfig(f"ca_file {self.ca_file} is not there; give a file in PEM format.")
        if self.ca_file:
            self._check_authority()
        if re.search(r"[^\x21-\x7e]", self.ehlo_name):
            raise BadConfig("ehlo_name is a host name, such as mail.example.org.")

    def _check_authority(self) -> None:
        try:
            ssl.create_default_context(cafile=self.ca_file)
        except (ssl.SSLError, OSError):
            raise BadConfig(f"ca_file {self.ca_file} holds no certificate in PEM format.") from None

    def _usual_port(self) -> int:
        if self.tls == "implicit":
            return 465
        return 587 if self.username or self.tls == "starttls" else 25

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Read settings by name. Raises BadConfig."""
        values: dict[str, Any] = dict(read_all(SETTINGS, config))
        return cls(**values)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read smtp://user:password@host:port/?tls=starttls or smtps://. Raises BadConfig."""
        return cls.from_config(read_url(url, SCHEMES))


class SmtpConnection:
    """One open connection; see `base.Connection`."""

    def __init__(self, session: Session, transfer: Transfer, learned: _Learned) -> None:
        self._session = session
        self._transfer = transfer
        self._learned = learned

    @property
    def usable(self) -> bool:
        """False once the server hung up, said goodbye, or wants a new connection."""
        return not (self._session.lost or self._transfer.over)

    async def send(self, envelopes: Sequence[Envelope], answer: Answer) -> None:
        """Hand the envelopes over in order; see `base.Connection.send`."""
        await self._session.hold(self._transfer.deliver(envelopes, answer))
        if self._transfer.most:
            self._learned.most = self._transfer.most

    async def close(self) -> None:
        """Say QUIT and let go."""
        if not self._session.lost:
            await self._session.hold(take_leave(GOODBYE))
        self._session.end("we closed it")


@dataclass(slots=True)
class _Learned:
    """What earlier connections taught us. most: messages per connection, 0 for no limit."""

    most: int = 0


class SmtpProvider:
    """Email through an SMTP server."""

    channel: ClassVar[str] = "email"
    kind: ClassVar[str] = "smtp"
    keeps_copy: ClassVar[bool] = False
    settings: ClassVar[tuple[Setting, ...]] = SETTINGS

    def __init__(self, config: SmtpConfig) -> None:
        self.config = config
        self._learned = _Learned()
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
        try:
            session = await self._reach()
            offered = await self._enter_or_leave(session)
        except (OSError, UnicodeError) as error:  # TimeoutError and SSLError are OSErrors
            raise _explained(error, self._name) from error
        transfer = Transfer(offered, self._waits, self._learned.most)
        return SmtpConnection(session, transfer, self._learned)

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

    async def _enter_or_leave(self, session: Session) -> Extensions:
        """Enter; when that fails, let go of the connection and say which server it was."""
        with ExitStack() as leaving:
            leaving.callback(session.end, GAVE_UP)
            try:
                offered = await self._enter(session)
            except SenderDown as error:
                why = f" ({session.lost})" if session.lost not in ("", GAVE_UP) else ""
                text = f"{self._name}: {error.refusal.text}{why}"
                raise down(error.refusal.code, text) from None
            leaving.pop_all()
        return offered

    async def _enter(self, session: Session) -> Extensions:
        """Greet, encrypt, sign in; give what the server offers to those who came so far."""
        config, wait = self.config, self._waits.command
        await session.hold(greet(wait))
        name = config.ehlo_name or _own_name(session)
        offered = await session.hold(introduce(name, wait))
        if self._wants_starttls(offered):
            await session.hold(ask_for_tls(wait))
            await session.encrypt(self._context, config.host, min(CONNECTING, wait))
            # What was offered before the encryption does not count (RFC 3207 section 4.2).
            offered = await session.hold(introduce(name, wait))
        elif config.username and config.tls == "auto" and not self._safe_in_clear():
            raise down(
                "tls",
                "the server offers no encryption, so the password was not sent; "
                "choose tls=none if it shall be sent readable for all",
            )
        if config.username:
            await session.hold(sign_in(offered, config.username, config.password, wait))
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
        context = ssl.create_default_context(cafile=self.config.ca_file or None)
        if not self.config.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


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
        case ssl.SSLCertVerificationError():
            return down(
                "tls",
                f"the certificate of {name} is not trusted: {error.verify_message}; "
                "if this server is yours, give its authority's certificate as ca_file",
            )
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return down("tls", f"{name} does not encrypt from the start; try tls=starttls")
        case ssl.SSLError():
            return down("tls", f"the encryption with {name} failed: {_tls_reason(error)}")
        case socket.gaierror() | UnicodeError():
            return down("dns", f"cannot connect to {name}: there is no server of this name")
        case TimeoutError():
            return down("connect", f"cannot connect to {name}: it does not answer")
    return down("connect", f"cannot connect to {name}: {_reason(error)}")


def _tls_reason(error: ssl.SSLError) -> str:
    # OpenSSL's errors have a reason, those made in Python do not.
    return str(getattr(error, "reason", None) or error.strerror or error)


def _reason(error: OSError) -> str:
    # asyncio joins the errors of several addresses (IPv6, IPv4) into one text.
    number = error.errno or next(map(int, re.findall(r"Errno (\d+)", str(error))), 0)
    return os.strerror(number).lower() if number else str(error)
