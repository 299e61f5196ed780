"""The settings of a mailbox, read from a form or a stored row."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sendout.core.providers.base import Config
from sendout.core.providers.setting import BadConfig, Setting, read_all
from sendout.core.providers.smtp_token import Permission, is_safe

PORTS = {
    ("imap", "implicit"): 993,
    ("pop3", "implicit"): 995,
    ("imap", "other"): 143,
    ("pop3", "other"): 110,
}
XOAUTH2 = ("auth", "xoauth2")
COMMON = (
    Setting("host", str, "name of the mail server, such as imap.example.org"),
    Setting("port", int, "0 takes the usual one", 0),
    Setting(
        "tls",
        str,
        "encryption: implicit (from the start), starttls, or none",
        "implicit",
        choices=("implicit", "starttls", "none"),
    ),
    Setting("verify", bool, "check the server's certificate", True),
    Setting("ca_file", str, "file with the certificates to trust, for a private authority", ""),
    Setting("username", str, "name to sign in with, often the whole address"),
    Setting(
        "auth",
        str,
        "Gmail and Office 365 want tokens; see below",
        "password",
        choices=("password", "xoauth2"),
    ),
    Setting("password", str, "password to sign in with", "", secret=True),
    Setting("token_url", str, "xoauth2: where tokens are given out, https://...", "", when=XOAUTH2),
    Setting("client_id", str, "xoauth2: the id of this program there", "", when=XOAUTH2),
    Setting(
        "client_secret",
        str,
        "xoauth2: the secret of that registration",
        "",
        secret=True,
        when=XOAUTH2,
    ),
    Setting(
        "refresh_token",
        str,
        "xoauth2: the permission of the mailbox's owner; empty for one of the registration itself",
        "",
        secret=True,
        when=XOAUTH2,
    ),
    Setting(
        "scope",
        str,
        "xoauth2: what the tokens are for, where the provider wants it",
        "",
        when=XOAUTH2,
    ),
)
IMAP_ONLY = (
    Setting("folder", str, "folder that bounces come into", "INBOX"),
    Setting(
        "afterwards",
        str,
        "what becomes of a mail that was read: delete it, or leave it there",
        "delete",
        choices=("delete", "leave"),
    ),
)
SETTINGS = {"imap": (*COMMON, *IMAP_ONLY), "pop3": COMMON}


@dataclass(frozen=True, slots=True)
class MailboxConfig:
    """How to reach and enter a mailbox; see `SETTINGS` for what each one means.

    Raises BadConfig.
    """

    kind: str
    host: str
    username: str
    port: int = 0
    tls: str = "implicit"
    verify: bool = True
    ca_file: str = ""
    auth: str = "password"
    password: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""
    folder: str = "INBOX"
    afterwards: str = "delete"

    def __post_init__(self) -> None:
        """Fill in the usual port and refuse what cannot work."""
        if not self.host or re.search(r"[\s/@]", self.host):
            raise BadConfig("host is the name of a mail server, such as imap.example.org.")
        if not self.port:
            tls = "implicit" if self.tls == "implicit" else "other"
            object.__setattr__(self, "port", PORTS[self.kind, tls])
        if not 0 < self.port < 65_536:
            raise BadConfig(f"port is a number from 1 to 65535, not {self.port}.")
        for name in ("username", "password", "folder"):
            if re.search(r"[\x00-\x1f\x7f]", getattr(self, name)):
                raise BadConfig(f"{name} holds a character that cannot be typed; write it anew.")
        if not self.folder.isascii() or not self.folder:
            raise BadConfig("folder is a name in plain letters, such as INBOX or INBOX/Bounces.")
        if self.ca_file and not Path(self.ca_file).is_file():
            raise BadConfig(f"ca_file {self.ca_file} is not there; give a file in PEM format.")
        self._check_sign_in()

    def _check_sign_in(self) -> None:
        if self.auth == "password":
            if not self.password:
                raise BadConfig("password is missing: the one to sign in with.")
            return
        for name in ("token_url", "client_id"):
            if not getattr(self, name):
                raise BadConfig(f"{name} is missing: with auth=xoauth2 it is needed.")
        if not (self.refresh_token or self.client_secret):
            raise BadConfig("refresh_token or client_secret is missing: auth=xoauth2 needs one.")
        if not is_safe(self.token_url):
            raise BadConfig("token_url begins with https://, so that nobody reads the secrets.")

    @property
    def leaves(self) -> bool:
        """Whether mails stay in the mailbox after they were read."""
        return self.afterwards == "leave"

    @property
    def permission(self) -> Permission:
        """What tokens are asked with."""
        return Permission(
            self.token_url,
            self.client_id,
            self.client_secret,
            self.refresh_token,
            self.scope,
            self.ca_file,
        )

    def context(self) -> ssl.SSLContext:
        """Give the TLS context. Raises OSError when ca_file holds no certificate."""
        context = ssl.create_default_context()
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    @classmethod
    def from_config(cls, kind: str, config: Config) -> Self:
        """Read settings by name; kind: imap or pop3. Raises BadConfig."""
        if kind not in SETTINGS:
            raise BadConfig(f'there is no kind of mailbox "{kind}"; there are imap and pop3.')
        values: dict[str, Any] = dict(read_all(SETTINGS[kind], config))
        return cls(kind, **values)
