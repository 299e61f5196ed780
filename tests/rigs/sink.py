"""A recording SMTP server in a process of its own, which also makes trouble.

    with Sink(folder, Plants(later=0.02, seed=7)) as sink:
        ... sink.url ...
        sink.lines()
    sink.counts

Each recipient that it accepts is on its record, with the Message-ID, before the client hears
"250" for the message; so whatever dies, the record says who got what.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
OFFERS = ("sink.test", "PIPELINING", "SIZE 10240000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
HELLO = "".join(f"250{' ' if o == OFFERS[-1] else '-'}{o}\r\n" for o in OFFERS).encode()
MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
LATER = b"450 4.2.1 The mailbox is busy\r\n"
NEVER = b"550 5.1.1 No such user here\r\n"
GOODBYE = b"421 4.3.2 This server goes to bed\r\n"


@dataclass(frozen=True, slots=True)
class Plants:
    """How often, of 1, each trouble comes, by chance from `seed`.

    later, never, goodbye: 450, 550, 421 instead of a recipient. cut: the connection ends in the
    middle of the text. mute: the message is recorded, and the connection ends instead of an answer.
    pause: seconds before the answer to each message.
    """

    later: float = 0.0
    never: float = 0.0
    goodbye: float = 0.0
    cut: float = 0.0
    mute: float = 0.0
    pause: float = 0.0
    seed: int = 1


class Recorder:
    """What all connections share: the record, the chance, the counts."""

    def __init__(self, record: Path, plants: Plants) -> None:
        self.plants = plants
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(plants.seed)
        self._file = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def at(self, rate: float) -> bool:
        """Tell whether it is time for something that comes at this rate."""
        return rate > 0 and self._chance.random() < rate

    def write(self, recipients: list[bytes], text: bytes) -> None:
        """Put an accepted message on record, in one write."""
        found = MESSAGE_ID.search(text)
        name = found[1] if found else b"<>"
        os.write(self._file, b"".join(b"%b %b\n" % (to, name) for to in recipients))
        self.counts["recorded"] += len(recipients)


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.counts = recorder.counts
        self.plants = recorder.plants
        self.buffer = b""
        self.recipients: list[bytes] = []
        self.in_text = self.resting = self.cutting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.counts["connections"] += 1
        transport.write(b"220 sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Go on, unless the last message is still being thought about."""
        self.buffer += data
        if not self.resting:
            self._go_on()

    def _go_on(self) -> None:
        answers: list[bytes] = []
        while not self.resting and not self.transport.is_closing():
            if not (self._text if self.in_text else self._command)(answers):
                break
        if answers and not self.transport.is_closing():
            self.transport.write(b"".join(answers))

    def _command(self, answers: list[bytes]) -> bool:
        line, end, rest = self.buffer.partition(b"\r\n")
        if not end:
            return False
        self.buffer = rest
        word = line[:4].upper()
        if word == b"RCPT":
            self._recipient(line, answers)
        elif word == b"DATA":
            self.in_text = bool(self.recipients)
            self.cutting = self.in_text and self.recorder.at(self.plants.cut)
            answers.append(b"354 Go on\r\n" if self.in_text else b"503 5.5.1 No recipient\r\n")
        elif word == b"QUIT":
            self._leave(answers, b"221 2.0.0 Bye\r\n")
        else:
            if word in (b"MAIL", b"RSET"):
                self.recipients = []
            answers.append(HELLO if word == b"EHLO" else b"250 2.0.0 Ok\r\n")
        return True

    def _recipient(self, line: bytes, answers: list[bytes]) -> None:
        plants, at = self.plants, self.recorder.at
        if at(plants.goodbye):
            self.counts["goodbye"] += 1
            self._leave(answers, GOODBYE)
        elif at(plants.later):
            self.counts["later"] += 1
            answers.append(LATER)
        elif at(plants.never):
            self.counts["never"] += 1
            answers.append(NEVER)
        else:
            self.recipients.append(line[line.index(b"<") + 1 : line.index(b">")])
            answers.append(b"250 2.1.5 Ok\r\n")

    def _text(self, answers: list[bytes]) -> bool:
        if self.cutting and self.buffer:
            self.counts["cut"] += 1
            self._leave(answers, b"")
            return False
        text, end, rest = self.buffer.partition(b"\r\n.\r\n")
        if not end:
            return False
        self.buffer = rest
        self.in_text = False
        self.recorder.write(self.recipients, text)
        self.recipients = []
        if self.recorder.at(self.plants.mute):
            self.counts["mute"] += 1
            self._leave(answers, b"")
        elif self.plants.pause:
            self.resting = True
            asyncio.get_running_loop().call_later(self.plants.pause, self._rested)
        else:
            answers.append(b"250 2.0.0 Ok\r\n")
        return True

    def _rested(self) -> None:
        self.resting = False
        if not self.transport.is_closing():
            self.transport.write(b"250 2.0.0 Ok\r\n")
            self._go_on()

    def _leave(self, answers: list[bytes], last: bytes) -> None:
        self.transport.write(b"".join([*answers, last]))
        answers.clear()
        self.transport.close()


async def serve(record: Path, plants: Plants) -> None:
    """Listen on a free port of the loopback until SIGTERM; say the port, at the end the counts."""
    recorder = Recorder(record, plants)
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(lambda: Client(recorder), "127.0.0.1", 0)
    say(server.sockets[0].getsockname()[1])
    await over.wait()
    say(recorder.counts)


def say(what: object) -> None:
    """Tell the test, in one line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Sink:
    """The server as a test sees it; use it with `with`."""

    def __init__(self, folder: Path, plants: Plants) -> None:
        self.plants = plants
        self.record = folder / "sink.record"
        self.counts: dict[str, int] = {}
        self.port = 0

    @property
    def url(self) -> str:
        """Say where it is, as a sender wants it."""
        return f"smtp://127.0.0.1:{self.port}/?tls=none"

    def lines(self) -> list[tuple[str, str]]:
        """Give recipient and Message-ID of all that was accepted so far, in order."""
        found = [line.split(" ", 1) for line in self.record.read_text().splitlines()]
        return [(to, name) for to, name in found]

    def size(self) -> int:
        """Give how many messages are on record."""
        return self.record.read_bytes().count(b"\n")

    def times(self) -> Counter[str]:
        """Give how often each recipient is on record."""
        return Counter(to for to, _ in self.lines())

    def wait_for(self, messages: int, seconds: float = 60) -> None:
        """Wait until so many messages are on record."""
        end = time.monotonic() + seconds
        while self.size() < messages:
            assert time.monotonic() < end, f"{self.size()} of {messages} came"
            time.sleep(0.005)

    def kill(self) -> None:
        """Let the server die on the spot; what it has recorded stays."""
        self._process.kill()

    def __enter__(self) -> Self:
        """Start the process."""
        plants = [f"--{name}={value}" for name, value in asdict(self.plants).items()]
        self.record.touch()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.sink", str(self.record), *plants],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and take its counts."""
        self._process.terminate()
        said, _ = self._process.communicate(timeout=20)
        self.counts = json.loads(said or "{}")


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("record", type=Path)
    for each in fields(Plants):
        parser.add_argument(f"--{each.name}", type=type(each.default), default=each.default)
    values = vars(parser.parse_args())
    asyncio.run(serve(values.pop("record"), Plants(**values)))


if __name__ == "__main__":
    main()
