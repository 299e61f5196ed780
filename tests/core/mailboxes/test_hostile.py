"""Servers that hang, lie or babble are a trouble in one sentence, never a traceback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from sendout.core.mailboxes import imap, pop3
from sendout.core.mailboxes.config import MailboxConfig
from sendout.core.mailboxes.entering import enter
from sendout.core.mailboxes.session import MailboxTrouble


@contextmanager
def server(*answers: bytes) -> Iterator[int]:
    """Say the first answer at once and one more after each line; then hang up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        line, _ = listening.accept()
        with contextlib.suppress(OSError), line, line.makefile("rb") as said:
            line.sendall(answers[0])
            for answer in answers[1:]:
                tag = said.readline().split(b" ")[0].strip()
                line.sendall(answer.replace(b"TAG", tag))
            if b"HANG" in answers:
                said.read()

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def read(kind: str, port: int) -> None:
    """Enter the mailbox and read all of it."""
    session = enter(MailboxConfig(kind, "127.0.0.1", "u", port=port, tls="none", password="p"))
    for name in session.names("", 10):
        session.read(name, 1000)
    session.close()


OK = b"* OK hi\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
SIGNED_IN = b"TAG OK done\r\n"
SELECTED = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 9] x\r\nTAG OK done\r\n"
FOUND = b"* SEARCH 5\r\nTAG OK done\r\n"
ENTERED = (OK, CAPABLE, SIGNED_IN, SELECTED)
POP = (b"+OK hi\r\n", b"+OK\r\n", b"+OK\r\n")
CASES = {
    "imap-silent": ("imap", (b"HANG",)),
    "imap-gone": ("imap", (b"",)),
    "imap-web": ("imap", (b"HTTP/1.1 400 Bad Request\r\n\r\n",)),
    "imap-binary": ("imap", (bytes(range(256)) * 10 + b"\r\n",)),
    "imap-endless-line": ("imap", (b"x" * 2_000_000,)),
    "imap-bye": ("imap", (b"* BYE too many\r\n",)),
    "imap-odd-exists": ("imap", (OK, CAPABLE, SIGNED_IN, b"* x EXISTS\r\nTAG OK done\r\n")),
    "imap-huge-literal": (
        "imap",
        (*ENTERED, FOUND, b"* 1 FETCH (UID 5 BODY[]<0> {99999999999}\r\nHANG"),
    ),
    "imap-refused": ("imap", (*ENTERED, b"TAG NO no\r\n")),
    "imap-cut": ("imap", (*ENTERED, FOUND, b"* 1 FETCH (UID 5 BODY[]<0> {100}\r\nabc")),
    "pop3-silent": ("pop3", (b"HANG",)),
    "pop3-gone": ("pop3", (b"",)),
    "pop3-web": ("pop3", (b"HTTP/1.1 400 Bad Request\r\n\r\n",)),
    "pop3-endless-line": ("pop3", (b"x" * 2_000_000,)),
    "pop3-odd-list": ("pop3", (*POP, b"+OK\r\nx y\r\n.\r\n")),
    "pop3-short-list": ("pop3", (*POP, b"+OK\r\n1\r\n.\r\n")),
    "pop3-cut": ("pop3", (*POP, b"+OK\r\n1 100\r\n.\r\n", b"+OK\r\nabc")),
}


@pytest.mark.parametrize("name", CASES)
def test_whatever_a_server_does_is_said_in_a_sentence(name: str) -> None:
    kind, answers = CASES[name]
    with (
        patch.object(imap, "TIMEOUT", 1.0),
        patch.object(pop3, "TIMEOUT", 1.0),
        server(*answers) as port,
        pytest.raises(MailboxTrouble) as trouble,
    ):
        read(kind, port)
    sentence = str(trouble.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 500
    assert sentence.isprintable()
