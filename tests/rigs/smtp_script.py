"""A small SMTP server that records what it accepts and makes the mistakes it is told to make.

A fault is planted at the nth time something is said to it, counted over all connections:

    faults={("RCPT", 3): "450 4.2.0 Try later", (".", 5): HANG_UP}

Besides the commands, "HELLO" is the greeting, "." the end of the text (of DATA or BDAT) before its
answer, and "TEXT" the middle of the text (after 100 bytes of it).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

HANG_UP = "hang up"
SILENT = "say nothing more"
RECORD_AND_HANG_UP = "take the message and hang up"
OFFERS = ("PIPELINING", "SIZE 10240000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


@dataclass
class Received:
    """One message as it was accepted, its dots undone."""

    mail: str
    recipients: list[str]
    content: bytes


class _Gone(Exception):
    """The script wants the connection to end here."""


@dataclass
class SmtpScript:
    """The server; use it with `async with`. broken_rules: what the client did wrong.

    delay: seconds before each reply. chop: send replies byte by byte.
    also: replies after the planned ones, asked with the command and its argument.
    """

    offers: tuple[str, ...] = OFFERS
    faults: Mapping[tuple[str, int], str] = field(default_factory=dict)
    also: Callable[[str, str], str | None] = lambda _command, _argument: None
    delay: float = 0
    chop: bool = False
    passwords: Mapping[str, str] = field(default_factory=dict)
    tokens: Callable[[str], bool] = lambda _token: False
    context: ssl.SSLContext | None = None
    accepted: list[Received] = field(default_factory=list)
    connections: int = 0
    together: int = 0  # ends of data that came with the next command
    said: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    broken_rules: list[str] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        """Listen on a free port of the loopback."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**22)
        self.port = self._server.sockets[0].getsockname()[1]
        self._open: set[asyncio.StreamWriter] = set()
        return self

    def go_away(self) -> None:
        """Let nobody in any more."""
        self._server.close()

    async def __aexit__(self, *_: object) -> None:
        """Hang up on everybody."""
        self.go_away()
        for writer in self._open:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        with contextlib.suppress(_Gone, ConnectionError, asyncio.IncompleteReadError):
            await _Visit(self, reader, writer).hold()
        self._open.discard(writer)
        writer.close()


class _Visit:
    """One client on one connection."""

    def __init__(
        self, script: SmtpScript, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.script = script
        self.reader = reader
        self.writer = writer
        self.mail: str | None = None
        self.recipients: list[str] = []

    async def hold(self) -> None:
        await self.reply("HELLO", "220 script.test ESMTP")
        while line := await self.reader.readline():
            text = line.decode().rstrip("\r\n")
            self.script.log.append(text)
            command, _, argument = text.partition(" ")
            answer = getattr(self, f"on_{command.lower()}", self.unknown)
            await answer(argument)

    async def reply(self, said: str, usual: str, argument: str = "") -> str:
        """Send the planned answer, else the usual one; give what was sent."""
        script = self.script
        script.said[said] += 1
        planned = script.faults.get((said, script.said[said])) or script.also(said, argument)
        answer = planned or usual
        if script.delay:
            await asyncio.sleep(script.delay)
        if answer in (HANG_UP, RECORD_AND_HANG_UP):
            raise _Gone
        if answer == SILENT:
            await self.reader.read()
            raise _Gone
        await self.send(answer.encode() + b"\r\n")
        if answer.startswith("421"):
            raise _Gone
        return answer

    async def send(self, data: bytes) -> None:
        pieces = [data[i : i + 1] for i in range(len(data))] if self.script.chop else [data]
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if self.script.chop:
                await asyncio.sleep(0)
        if "PIPELINING" not in self.script.offers and self.reader._buffer:  # type: ignore[attr-defined]
            self.script.broken_rules.append("spoke before the answer")

    async def unknown(self, argument: str) -> None:
        await self.reply("?", "500 5.5.1 What?", argument)

    async def on_ehlo(self, argument: str) -> None:
        lines = ["script.test", *self.script.offers]
        usual = "\r\n".join(f"250-{line}" for line in lines[:-1]) + f"\r\n250 {lines[-1]}"
        await self.reply("EHLO", usual, argument)

    async def on_helo(self, argument: str) -> None:
        await self.reply("HELO", "250 script.test", argument)

    async def on_starttls(self, argument: str) -> None:
        await self.reply("STARTTLS", "220 2.0.0 Go ahead", argument)
        if self.script.context is not None:
            await self.writer.start_tls(self.script.context)

    async def on_auth(self, argument: str) -> None:
        way, _, first = argument.partition(" ")
        if way in ("XOAUTH2", "OAUTHBEARER"):
            await self.on_token(argument, b64decode(first).decode())
            return
        if way == "PLAIN":
            _, user, password = b64decode(first).decode().split("\0")
        else:
            user, password = await self.ask(b"Username:"), await self.ask(b"Password:")
        right = self.script.passwords.get(user) == password
        no = "535 5.7.8 Error: authentication failed"
        await self.reply("AUTH", "235 2.7.0 Welcome" if right else no, argument)

    async def on_token(self, argument: str, first: str) -> None:
        token = first.partition("auth=Bearer ")[2].rstrip("\1")
        if not self.script.tokens(token):
            reason = b64encode(b'{"status":"401","schemes":"bearer","scope":"mail"}')
            await self.send(b"334 " + reason + b"\r\n")
            self.script.log.append((await self.reader.readline()).decode().rstrip("\r\n"))
            await self.reply("AUTH", "535 5.7.8 Username and Password not accepted", argument)
        else:
            await self.reply("AUTH", "235 2.7.0 Accepted", argument)

    async def ask(self, _prompt: bytes) -> str:
        await self.send(b"334 UGFzc3dvcmQ6\r\n")
        return b64decode(await self.reader.readline()).decode()

    async def on_mail(self, argument: str) -> None:
        usual = "250 2.1.0 Ok" if self.mail is None else "503 5.5.1 Error: nested MAIL command"
        if (await self.reply("MAIL", usual, argument)).startswith("250"):
            self.mail, self.recipients = argument, []

    async def on_rcpt(self, argument: str) -> None:
        usual = "250 2.1.5 Ok" if self.mail is not None else "503 5.5.1 Error: need MAIL command"
        if (await self.reply("RCPT", usual, argument)).startswith("250"):
            self.recipients.append(re.sub(r"^TO:<([^>]*)>.*", r"\1", argument))

    async def on_rset(self, argument: str) -> None:
        self.mail, self.recipients = None, []
        await self.reply("RSET", "250 2.0.0 Ok", argument)

    async def on_quit(self, argument: str) -> None:
        await self.reply("QUIT", "221 2.0.0 Bye", argument)
        raise _Gone

    async def on_data(self, argument: str) -> None:
        usual = "354 End data with <CR><LF>.<CR><LF>" if self.recipients else "554 5.5.1 No valid"
        if not (await self.reply("DATA", usual, argument)).startswith("354"):
            return
        received = Received(self.mail or "", self.recipients, await self.read_text())
        self.mail, self.recipients = None, []
        self.script.together += bool(self.reader._buffer)  # type: ignore[attr-defined]
        await self.take(received)

    async def on_bdat(self, argument: str) -> None:
        size, _, last = argument.partition(" ")
        if "CHUNKING" not in self.script.offers or last != "LAST":
            self.script.broken_rules.append(f"BDAT {argument}")
        await self.break_the_text(int(size))
        content = await self.reader.readexactly(int(size))
        received = Received(self.mail or "", self.recipients, content)
        if (await self.take(received)).startswith("250"):
            # Refused, it keeps what it has: the state is open then (RFC 3030 section 2).
            self.mail, self.recipients = None, []

    async def take(self, received: Received) -> str:
        """Accept a message, unless a fault is planted here; give what was answered."""
        script = self.script
        planned = script.faults.get((".", script.said["."] + 1), "")
        if received.recipients and (planned == RECORD_AND_HANG_UP or not planned):
            script.accepted.append(received)
        usual = f"250 2.0.0 Ok: queued as Q{len(script.accepted):05}"
        return await self.reply(".", usual if received.recipients else "554 5.5.1 No recipients")

    async def break_the_text(self, size: int) -> None:
        """End the connection in the middle of a text, if that is planned."""
        self.script.said["TEXT"] += 1
        planned = self.script.faults.get(("TEXT", self.script.said["TEXT"]))
        if planned:
            await self.reader.readexactly(min(100, size))
            if planned != HANG_UP:
                await self.send(planned.encode() + b"\r\n")
            raise _Gone

    async def read_text(self) -> bytes:
        """Read up to the dot, its own dots undone."""
        script, lines, size = self.script, [], 0
        script.said["TEXT"] += 1
        planned = script.faults.get(("TEXT", script.said["TEXT"]))
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Gone
            if not line.endswith(b"\r\n"):
                script.broken_rules.append(f"bare line feed: {line!r}")
            lines.append(line[1:] if line.startswith(b".") else line)
            size += len(line)
            if planned and size > 100:
                if planned != HANG_UP:
                    await self.send(planned.encode() + b"\r\n")
                raise _Gone
        return b"".join(lines)
