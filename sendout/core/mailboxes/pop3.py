"""A mailbox by POP3 (RFC 1939). What is removed is gone when we sign out, and not before."""

from __future__ import annotations

import contextlib
import poplib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sendout.core.mailboxes.config import MailboxConfig
from sendout.core.mailboxes.session import (
    TIMEOUT,
    MailboxTrouble,
    token,
    troubles,
    words,
    xoauth2,
)

LINE = 50  # bytes that a line has at least on the average, to cut a mail that is too large


class Pop3:
    """A mailbox, signed in to. Mails are named by their number in this session."""

    def __init__(self, config: MailboxConfig) -> None:
        """Connect and sign in. Raises MailboxTrouble."""
        self._config = config
        with self._troubles("connect"):
            self._pop = self._connect()
        try:
            with self._troubles("login"):
                self._sign_in()
            with self._troubles("protocol"):
                self._sizes = dict(_size(line) for line in self._pop.list()[1])
        except BaseException:
            self._pop.close()
            raise

    def _connect(self) -> poplib.POP3:
        config = self._config
        if config.tls == "implicit":
            context = config.context()
            return poplib.POP3_SSL(config.host, config.port, timeout=TIMEOUT, context=context)
        pop = poplib.POP3(config.host, config.port, timeout=TIMEOUT)
        if config.tls == "starttls":
            try:
                pop.stls(config.context())
            except poplib.error_proto as error:
                pop.close()
                text = f"{config.host} does not offer STARTTLS ({words(error.args[0])})."
                raise MailboxTrouble("tls", text) from None
            except OSError:
                pop.close()
                raise
        return pop

    def _sign_in(self) -> None:
        config = self._config
        if config.auth == "password":
            self._pop.user(config.username)
            self._pop.pass_(config.password)
            return
        try:
            self._show(token(config.permission))
        except poplib.error_proto:
            self._show(token(config.permission, fresh=True))

    def _show(self, given: str) -> None:
        """Show a token (RFC 5034 section 4): asked first, as it may be longer than a command."""
        shown = b64encode(xoauth2(self._config, given)).decode()
        asked = self._pop._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
        if not asked.startswith(b"+"):
            raise poplib.error_proto(asked)
        answer = self._pop._shortcmd(shown)  # type: ignore[attr-defined]
        if not answer.startswith(b"+OK"):  # "+ ..." tells the reasons of a refusal
            self._pop._shortcmd("")  # type: ignore[attr-defined]
            raise poplib.error_proto(answer)

    def count(self) -> int:
        """Give how many mails are in the mailbox."""
        return len(self._sizes)

    def names(self, mark: str, most: int) -> list[str]:
        """Name at most so many mails, oldest first; POP3 knows no mark."""
        return [str(number) for number in sorted(self._sizes)[:most]]

    def mark(self, name: str) -> str:
        """POP3 knows no mark."""
        return ""

    def read(self, name: str, most: int) -> bytes:
        """Give a mail; of one that is too large its first lines, where the server can do that."""
        with self._troubles("protocol"):
            if self._sizes[int(name)] > most:
                with contextlib.suppress(poplib.error_proto):
                    lines = self._pop.top(int(name), most // LINE)[1]
                    return b"\r\n".join([*lines, b""])[:most]
            lines = self._pop.retr(int(name))[1]
        return b"\r\n".join([*lines, b""])[:most]

    def remove(self, names: Sequence[str]) -> None:
        """Delete mails."""
        with self._troubles("protocol"):
            for name in names:
                self._pop.dele(int(name))
                del self._sizes[int(name)]

    def close(self) -> None:
        """Sign out, which deletes what was removed (RFC 1939 section 6)."""
        with self._troubles("protocol"):
            self._pop.quit()

    @contextmanager
    def _troubles(self, step: str) -> Iterator[None]:
        with troubles(self._config.host):
            try:
                yield
            except OSError:  # a bad certificate is a ValueError, too
                raise
            except (poplib.error_proto, UnicodeError, ValueError, IndexError) as error:
                said = words(error.args[0] if error.args else error).removeprefix("-ERR").strip()
                raise MailboxTrouble(step, self._sentence(step, said)) from None

    def _sentence(self, step: str, said: str) -> str:
        host = self._config.host
        return {
            "connect": f"{host} is no POP3 server that takes us: {said}.",
            "login": f"{host} did not accept the sign-in: {said}.",
        }.get(step, f"{host} refused a command: {said}.")


def _size(line: bytes) -> tuple[int, int]:
    """Read a line of LIST: a mail's number and its bytes (RFC 1939 section 5)."""
    try:
        number, size = line.split()[:2]
        return int(number), int(size)
    except ValueError:
        raise ValueError("its list of mails cannot be read") from None
