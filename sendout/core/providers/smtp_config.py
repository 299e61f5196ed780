"""The settings of an SMTP sender, read from a form, a URL or a stored row."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

from sendout.core.providers.base import Config
from sendout.core.providers.reach import check_authority
from sendout.core.providers.setting import BadConfig, Setting, read_all, read_url
from sendout.core.providers.smtp_token import is_safe

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
    Setting(
        "auth",
        str,
        "how to sign in: password, or xoauth2 with tokens (Gmail, Office 365)",
        "password",
        choices=("password", "xoauth2"),
    ),
    Setting("token_url", str, "xoauth2: where tokens are given out, https://...", ""),
    Setting("client_id", str, "xoauth2: the id under which this program is registered there", ""),
    Setting("client_secret", str, "xoauth2: the secret of that registration", "", secret=True),
    Setting(
        "refresh_token",
        str,
        "xoauth2: the permission of the mailbox's owner; empty for one of the registration itself",
        "",
        secret=True,
    ),
    Setting("scope", str, "xoauth2: what the tokens are for, where the provider wants it said", ""),
    Setting("dsn", bool, "ask for reports of failures and delays (DSN) where offered", False),
    Setting("chunking", bool, "several messages on the way at once (BDAT) where offered", True),
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
    auth: str = "password"
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    dsn: bool = False
    chunking: bool = True

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
        check_authority(self.ca_file)
        if re.search(r"[^\x21-\x7e]", self.ehlo_name):
            raise BadConfig("ehlo_name is a host name, such as mail.example.org.")
        if self.auth == "xoauth2":
            self._check_tokens()

    def _check_tokens(self) -> None:
        for name in ("username", "token_url", "client_id"):
            if not getattr(self, name):
                raise BadConfig(f"{name} is missing: with auth=xoauth2 it is needed.")
        if not (self.refresh_token or self.client_secret):
            raise BadConfig("refresh_token or client_secret is missing: auth=xoauth2 needs one.")
        if not is_safe(self.token_url):
            raise BadConfig("token_url begins with https://, so that nobody reads the secrets.")

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
