"""A mailbox by IMAP (RFC 3501), read by the unique ids of its mails."""

from __future__ import annotations

import contextlib
import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sendout.core.mailboxes.config import MailboxConfig
from sendout.core.mailboxes.session import (
    TIMEOUT,
    MailboxTrouble,
    token,
    troubles,
    words,
    xoauth2,
)

LARGEST = 50_000_000  # bytes that a server may announce; nothing we ask for is larger
WINDOW = 20_000  # unique ids that are asked about at once: an answer line has an end


class _Plain(imaplib.IMAP4):
    def read(self, size: int) -> bytes:
        """Read a literal, unless the server announces more than anybody asked for."""
        if size > LARGEST:
            raise imaplib.IMAP4.abort("the server answers with too much")
        return super().read(size)


class _Encrypted(imaplib.IMAP4_SSL):
    def read(self, size: int) -> bytes:
        """Read a literal, unless the server announces more than anybody asked for."""
        if size > LARGEST:
            raise imaplib.IMAP4.abort("the server answers with too much")
        return super().read(size)


class Imap:
    """A folder, signed in to and selected."""

    def __init__(self, config: MailboxConfig) -> None:
        """Connect, sign in and select the folder. Raises MailboxTrouble."""
        self._config = config
        with self._troubles("connect"):
            self._imap = self._connect()
        try:
            with self._troubles("login"):
                self._sign_in()
            with self._troubles("folder"):
                self._select()
        except BaseException:
            self._hang_up()
            raise

    def _connect(self) -> imaplib.IMAP4:
        config = self._config
        if config.tls == "implicit":
            context = config.context()
            return _Encrypted(config.host, config.port, ssl_context=context, timeout=TIMEOUT)
        imap = _Plain(config.host, config.port, timeout=TIMEOUT)
        if config.tls == "starttls":
            try:
                imap.starttls(config.context())
            except imaplib.IMAP4.error as error:
                imap.shutdown()
                text = f"{config.host} does not offer STARTTLS ({words(error)})."
                raise MailboxTrouble("tls", text) from None
            except OSError:
                imap.shutdown()
                raise
        return imap

    def _sign_in(self) -> None:
        config = self._config
        if config.auth == "password":
            # AUTH=PLAIN carries letters outside ASCII (RFC 4616); LOGIN does not.
            if "AUTH=PLAIN" in self._imap.capabilities:
                secret = f"\0{config.username}\0{config.password}".encode()
                self._imap.authenticate("PLAIN", lambda _: secret)
            else:
                self._imap.login(config.username, config.password)
            return
        try:
            self._show(token(config.permission))
        except imaplib.IMAP4.error:
            self._show(token(config.permission, fresh=True))

    def _show(self, given: str) -> None:
        """Show a token; to the reasons of a refusal one answers with nothing."""
        said = xoauth2(self._config, given)
        self._imap.authenticate("XOAUTH2", lambda reasons: b"" if reasons else said)

    def _select(self) -> None:
        quoted = self._config.folder.replace("\\", "\\\\").replace('"', '\\"')
        status, said = self._imap.select(f'"{quoted}"')
        if status != "OK":
            reason = words(said[0] or "")
            raise imaplib.IMAP4.error(reason)
        self._exists = int(said[0] or 0)
        self._validity = self._told("UIDVALIDITY")
        self._next = int(self._told("UIDNEXT") or 2**32)

    def _told(self, name: str) -> str:
        """Give what the server said about the folder when it was selected."""
        _, said = self._imap.response(name)
        value = said[0] if said else None
        return value.decode() if isinstance(value, bytes) else ""

    def count(self) -> int:
        """Give how many mails are in the folder."""
        return self._exists

    def names(self, mark: str, most: int) -> list[str]:
        """Name at most so many mails, oldest first; the mark of a folder made anew is void."""
        if not self._config.leaves:
            return self._first(most, 0, self._exists + 1)
        validity, _, last = mark.partition(":")
        after = int(last) if validity == self._validity and last.isdecimal() else 0
        return self._first(most, after, self._next, "UID")

    def _first(self, most: int, after: int, end: int, *by: str) -> list[str]:
        """Name the first mails after this number and before the end. by: "UID", or by position."""
        for first in range(after + 1, end, WINDOW):
            if found := self._search(*by, f"{first}:{min(first + WINDOW, end) - 1}"):
                return found[:most]
        return []

    def _search(self, *which: str) -> list[str]:
        with self._troubles():
            status, said = self._imap.uid("SEARCH", *which, "UNDELETED")
            if status != "OK":
                raise imaplib.IMAP4.error(words(said[0] or "SEARCH"))
        found = b" ".join(part for part in said if isinstance(part, bytes)).split()
        return [str(number) for number in sorted({int(n) for n in found if n.isdigit()})]

    def mark(self, name: str) -> str:
        """Give the folder's validity and the mail's unique id (RFC 3501 section 2.3.1.1)."""
        return f"{self._validity}:{name}"

    def read(self, name: str, most: int) -> bytes:
        """Give a mail without marking it as read."""
        with self._troubles():
            status, said = self._imap.uid("FETCH", name, f"(BODY.PEEK[]<0.{most}>)")
            if status != "OK":
                raise imaplib.IMAP4.error(words(said[0] or "FETCH"))
        return next((bytes(part[1]) for part in said if isinstance(part, tuple)), b"")[:most]

    def remove(self, names: Sequence[str]) -> None:
        """Delete mails; where UIDPLUS (RFC 4315) is offered, these and no others."""
        if not names:
            return
        with self._troubles():
            self._do("STORE", ",".join(names), "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in self._imap.capabilities:
                self._do("EXPUNGE", ",".join(names))
            else:
                self._imap.expunge()
        self._exists -= len(names)

    def _do(self, command: str, *arguments: str) -> None:
        status, said = self._imap.uid(command, *arguments)
        if status != "OK":
            raise imaplib.IMAP4.error(words(said[0] or command))

    def close(self) -> None:
        """Sign out."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def _hang_up(self) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.shutdown()

    @contextmanager
    def _troubles(self, step: str = "protocol") -> Iterator[Any]:
        with troubles(self._config.host):
            try:
                yield
            except OSError:  # a bad certificate is a ValueError, too
                raise
            except imaplib.IMAP4.abort as error:
                text = f"{self._config.host} broke off: {_said(error)}."
                raise MailboxTrouble("connect", text) from None
            except (imaplib.IMAP4.error, UnicodeError, ValueError) as error:
                raise MailboxTrouble(step, self._sentence(step, _said(error))) from None

    def _sentence(self, step: str, said: str) -> str:
        host, folder = self._config.host, self._config.folder
        said = re.sub(r"^(\S+ )?command error: BAD|^\[[A-Z]+\] ", "", said).strip()
        return {
            "connect": f"{host} is no IMAP server that takes us: {said}.",
            "login": f"{host} did not accept the sign-in: {said}.",
            "folder": f'There is no folder "{folder}" that can be opened: {said}.',
        }.get(step, f"{host} refused a command: {said}.")


def _said(error: Exception) -> str:
    """Give an error of imaplib in words; it quotes a server's answer as Python writes bytes."""
    return re.sub(r"\bb(['\"])(.*?)\1", r"\2", words(error))
