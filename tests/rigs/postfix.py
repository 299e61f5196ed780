"""A real Postfix in a private configuration and queue, delivering into maildirs.

    with Postfix(["alice@example.test"]) as server:
        ... smtp://127.0.0.1:{server.port} ...
        server.mails("alice@example.test")

It sends nothing to other machines: addresses of its domains that have no mailbox get 550 5.1.1,
other domains are refused, and what a signed-in client sends to them is thrown away.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from pwd import getpwnam
from typing import Self

from tests.rigs import free_port, give_up, require
from tests.rigs.certificates import Certificates, make_certificates
from tests.rigs.postfix_settings import (
    DOVECOT,
    INTROSPECTION,
    MAIN,
    MASTER,
    SECURE,
    SMTPS,
    TOKENS,
    end_of,
    settings,
)

CAST = ("alice@example.test", "bob@example.test", "charlie@example.test")
OWNER = "nobody"  # whose files the delivered mails are
QUICK = Path("/dev/shm")  # Postfix syncs each file to disk; here that costs nothing
ROOM = 512 * 2**20  # bytes wanted there
TRIES = 3  # ports: between finding a free one and taking it another program may be quicker
PATIENCE = 60  # seconds to start in, on a machine that is at work


class Postfix:
    """Use it with `with`. With `passwords` it offers STARTTLS and AUTH, through a Dovecot.

    mailboxes: the addresses that exist; their domains are the ones it receives for.
    size_limit: bytes of a message. introspection: where Dovecot asks whom a token is of, "" when
    it takes none. more: further lines of main.cf; services: of master.cf. host: the name in the
    certificate.
    """

    def __init__(
        self,
        mailboxes: Iterable[str] = CAST,
        passwords: Mapping[str, str] | None = None,
        size_limit: int = 10_240_000,
        *,
        introspection: str = "",
        more: str = "",
        host: str = "localhost",
        services: str = "",
    ) -> None:
        self.mailboxes = {address.lower() for address in mailboxes}
        self.passwords = passwords
        self.size_limit = size_limit
        self.introspection = introspection
        self.more = more
        self.host = host
        self.services = services
        self.port = 0
        self.tls_port = 0
        self.certificates: Certificates | None = None
        self._dovecot: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Say where it is, as a sender wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start it; skips or fails the test where Postfix is missing."""
        postfix = require("postfix")
        dovecot = require("dovecot") if self.passwords else ""
        if os.geteuid() != 0:
            give_up("Postfix can only be started by root")
        self.folder = _new_folder()
        try:
            self._configure()
            if dovecot:
                self._start_dovecot(dovecot)
            self._start_postfix(postfix)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove what it wrote."""
        self.stop()

    def _configure(self) -> None:
        owner = getpwnam(OWNER)
        etc = self.folder / "etc"
        for name in ("etc", "queue", "data", "mail"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.folder / "mail", OWNER)
        values = {
            "folder": self.folder,
            "domains": " ".join(sorted({each.rpartition("@")[2] for each in self.mailboxes})),
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "size_limit": self.size_limit,
        }
        secure = ""
        if self.passwords:
            self.certificates = make_certificates(etc, self.host)
            secure = SECURE.format(certificates=self.certificates)
            self._configure_dovecot(etc, values)
        (etc / "main.cf").write_text(settings(MAIN.format(**values), secure, self.more))
        (etc / "mailboxes").write_text(
            "".join(f"{address} {_place(address)}\n" for address in sorted(self.mailboxes))
        )

    def _configure_dovecot(self, etc: Path, values: Mapping[str, object]) -> None:
        names, tokens = "plain login", ""
        if self.introspection:
            names, tokens = "plain login xoauth2 oauthbearer", TOKENS.format(**values)
            settings = INTROSPECTION.format(introspection=self.introspection)
            (etc / "tokens.conf").write_text(settings)
        config = DOVECOT.format(**values, mechanisms=names, tokens=tokens)
        (etc / "dovecot.conf").write_text(config)
        lines = (f"{user}:{{PLAIN}}{word}\n" for user, word in (self.passwords or {}).items())
        (etc / "passwords").write_text("".join(lines))

    def _choose_ports(self) -> None:
        self.port, self.tls_port = free_port(), free_port()
        master = MASTER.format(port=self.port)
        if self.passwords:
            master += SMTPS.format(tls_port=self.tls_port)
        (self.folder / "etc" / "master.cf").write_text(master + self.services)

    def _start_postfix(self, postfix: str) -> None:
        command = [postfix, "-c", str(self.folder / "etc"), "start"]
        for _ in range(TRIES):
            self._choose_ports()
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE)
            if done.returncode == 0:
                _wait_for(self._answers, PATIENCE, lambda: end_of(self.log()))
                return
            if "Address already in use" not in self.log():
                break
        raise RuntimeError(f"Postfix does not start: {done.stderr.decode()}\n{end_of(self.log())}")

    def _answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 5) as s,
        ):
            return s.recv(3) == b"220"
        return False

    def _start_dovecot(self, dovecot: str) -> None:
        (self.folder / "queue" / "private").mkdir()
        shutil.chown(self.folder / "queue" / "private", "postfix")
        config = self.folder / "etc" / "dovecot.conf"
        self._dovecot = subprocess.Popen([dovecot, "-F", "-c", str(config)])
        socket_ = self.folder / "queue" / "private" / "auth"
        log = self.folder / "dovecot.log"
        _wait_for(socket_.exists, PATIENCE, lambda: log.read_text() if log.exists() else "no log")

    def log(self) -> str:
        """Give all that Postfix wrote to its log."""
        log = self.folder / "mail.log"
        return log.read_text() if log.exists() else ""

    def raw(self, address: str) -> list[bytes]:
        """Give the mails in one mailbox, oldest first."""
        folder = self.folder / "mail" / _place(address.lower()) / "new"
        files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]

    def mails(self, address: str) -> list[Message]:
        """Give the mails in one mailbox as the standard library reads them."""
        has_any = (self.folder / "mail" / _place(address.lower()) / "new").exists()
        return [message_from_bytes(raw) for raw in self.raw(address)] if has_any else []

    def counts(self) -> dict[str, int]:
        """Give the number of mails for each mailbox that has any."""
        base = self.folder / "mail"
        found = {address: base / _place(address) / "new" for address in self.mailboxes}
        return {
            address: len(list(folder.iterdir()))
            for address, folder in found.items()
            if folder.exists()
        }

    def wait_for(self, mails: int, seconds: float = 60) -> dict[str, int]:
        """Wait until so many mails are in the mailboxes altogether; give `counts`."""
        _wait_for(lambda: sum(self.counts().values()) >= mails, seconds, self.log)
        return self.counts()

    def idle(self) -> bool:
        """Tell whether no mail is on its way into a mailbox."""
        queues = (self.folder / "queue" / name for name in ("incoming", "active"))
        return not any(files for queue in queues for _, _, files in os.walk(queue))

    def empty(self) -> None:
        """Wait for the mails that are still on their way, then throw all away."""
        _wait_for(self.idle, 30, self.log)
        for folder in (self.folder / "mail").iterdir():
            shutil.rmtree(folder)

    def stop(self) -> None:
        """Stop the servers that were started and remove their folder."""
        pid_file = self.folder / "queue" / "pid" / "master.pid"
        if pid_file.exists():
            _end(int(pid_file.read_text()))
        if self._dovecot is not None:
            self._dovecot.terminate()
            self._dovecot.wait(10)
        shutil.rmtree(self.folder)


def _new_folder() -> Path:
    """Make a folder that Postfix's own user may enter."""
    quick = QUICK.is_dir() and shutil.disk_usage(QUICK).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="postfix-", dir=QUICK if quick else None))
    folder.chmod(0o755)
    return folder


def _place(address: str) -> str:
    """Name the maildir of an address, relative to all mail."""
    local, _, domain = address.rpartition("@")
    return f"{domain}/{re.sub(r'[^a-z0-9._+-]', '_', local)}/"


def _wait_for(true: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {explain()}")
        time.sleep(0.02)


def _end(pid: int) -> None:
    """Stop Postfix's master process; its children go with it."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(500):
            os.kill(pid, 0)
            time.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
