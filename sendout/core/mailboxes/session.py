"""What a mailbox answers to, whichever protocol it speaks, and how it fails."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sendout.core.mailboxes.config import MailboxConfig
from sendout.core.providers.base import SenderDown
from sendout.core.providers.smtp_token import EARLY, Permission, ask

TIMEOUT = 30.0  # seconds to wait for each answer of the server


class MailboxTrouble(Exception):
    """A mailbox cannot be read.

    code: dns, connect, tls, login, folder, or protocol. The message is one sentence.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Session(Protocol):
    """A mailbox that somebody has signed in to. All of it blocks and raises MailboxTrouble."""

    def count(self) -> int:
        """Give how many mails are in the folder."""
        ...

    def names(self, mark: str, most: int) -> list[str]:
        """Name at most so many mails, oldest first. mark: only those after it, "" for all."""
        ...

    def mark(self, name: str) -> str:
        """Give what `names` goes on from once this mail was read."""
        ...

    def read(self, name: str, most: int) -> bytes:
        """Give a mail, or no more than its first `most` bytes; b"" when it is gone."""
        ...

    def remove(self, names: Sequence[str]) -> None:
        """Delete mails."""
        ...

    def close(self) -> None:
        """Sign out; only then POP3 really deletes."""
        ...


@contextmanager
def troubles(host: str) -> Iterator[None]:
    """Say the network's troubles in a sentence."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        text = f"The certificate of {host} is not trusted ({error.verify_message})."
        raise MailboxTrouble("tls", text) from None
    except ssl.SSLError as error:
        text = f"The encrypted connection to {host} failed ({error.reason or error})."
        raise MailboxTrouble("tls", text) from None
    except socket.gaierror:
        raise MailboxTrouble("dns", f"There is no server of the name {host}.") from None
    except TimeoutError:
        raise MailboxTrouble("connect", f"{host} does not answer.") from None
    except OSError as error:
        reason = (error.strerror or str(error) or "the connection ended").lower()
        raise MailboxTrouble("connect", f"{host} cannot be reached: {reason}.") from None


_kept: dict[Permission, tuple[str, float]] = {}


def token(permission: Permission, fresh: bool = False) -> str:
    """Give a token to sign in with, kept until shortly before its end. Raises MailboxTrouble.

    fresh: the one that was kept has been refused.
    """
    kept, until = _kept.get(permission, ("", 0.0))
    if kept and not fresh and time.monotonic() < until:
        return kept
    try:
        kept, life = ask(permission, TIMEOUT)
    except SenderDown as down:
        raise MailboxTrouble("login", f"{words(down.refusal.text)}.") from None
    _kept[permission] = kept, time.monotonic() + life - min(EARLY, life / 2)
    return kept


def xoauth2(config: MailboxConfig, given: str) -> bytes:
    """Write what signs in with a token (XOAUTH2, as Google and Microsoft document it)."""
    return f"user={config.username}\x01auth=Bearer {given}\x01\x01".encode()


def words(said: object) -> str:
    """Make a server's answer fit to be shown: one line, not too long."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:300].rstrip(".")
