"""What this process has in hand, and each answer it heard, appended to a file of its own.

An answer is in it before the next message leaves on the same connection: so what a dead process had
sent and not heard of is one message on each.

The file outlives a `kill -9`: whoever finds it without its owner settles what it says
(`engine.replay`). It guards against the death of a process, not of the machine: nothing is synced;
what a dead machine held is found by its lease.

One line is one JSON list. `["claimed", number, batch, turn]` just before a claim is committed: of
what goes no further, nothing has left. `["slice", number, sendout, channel, [batch, turn, sender],
[[delivery, attempt, segments], ...]]` when its messages are made; `[number, delivery, outcome...]`
for each answer; `["settled", number]` when the database has it all. For texts, which are never sent
again on suspicion, `[number, delivery]` says that this one is about to leave, and a 1 after the
sender that this is said.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import asdict
from json.encoder import encode_basestring_ascii as encode_string
from math import inf
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from sendout.core.delivery.outcome import Accepted, Blame, Later, Outcome, Refused, Unsure
from sendout.deliveries.hold import Hold
from sendout.engine.prepare import Prepared

logger = logging.getLogger(__name__)

ROOM = 1 << 20  # bytes that must fit before sending goes on after the journal had trouble
LARGE = 1 << 20  # bytes after which the file begins anew, once nothing is in hand
KINDS: dict[str, type[Outcome]] = {"a": Accepted, "r": Refused, "u": Unsure}
LETTERS = {kind: letter for letter, kind in KINDS.items()}


class Unwritten(Exception):
    """A claim cannot be written down: it must not be committed."""


class Journal:
    """The file of one process. For the event loop; `claimed` alone is for other threads, too."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self._file = _new_file(folder)
        self.trouble = ""
        self._slices = 0
        self._in_hand: dict[int, float] = {}  # slices, and since when they wait to be settled
        self._size = 0
        self._writing = Lock()

    def ready(self) -> bool:
        """Tell whether a slice may be begun; after trouble, try first whether there is room again.

        Nothing is claimed meanwhile, so no delivery uses up a try for want of a journal.
        """
        if self.trouble and not self._in_hand and self._has_room():
            logger.warning("the journal %s can be written again: sending goes on", self.path)
            self.trouble = ""
        return not self.trouble

    def claiming(self) -> int:
        """Give the number of a slice that is about to be claimed."""
        number = self._slices
        self._slices += 1
        self._in_hand[number] = inf
        return number

    def claimed(self, number: int, hold: Hold) -> None:
        """Write down a claim that is about to be committed. Raises Unwritten."""
        if not self._append(f'["claimed",{number},{hold.batch},{hold.turn}]\n'):
            raise Unwritten(self.trouble)

    def dropped(self, number: int) -> None:
        """Note that there was nothing to claim, or that nothing of it will leave."""
        self._in_hand.pop(number, None)

    def begin(
        self,
        number: int,
        sendout: int,
        channel: str,
        hold: Hold,
        slice_: Iterable[Prepared],
        *,
        sender: int = 0,
    ) -> None:
        """Write down a slice that was claimed, before anything of it leaves.

        number: from `claiming`. sender: the id of the one that it leaves through; 0 for the
        send-out's own. `trouble` says afterwards why it could not be written, if so: then nothing
        may leave.
        """
        rows = ",".join([f"[{p.row.id},{p.row.attempt},{p.segments}]" for p in slice_])
        said = ",1" if channel == "sms" else ""
        about = f'"{channel}",[{hold.batch},{hold.turn},{sender}{said}]'
        self._append(f'["slice",{number},{sendout},{about},[{rows}]]\n')

    def leaving(self, number: int, delivery: int) -> bool:
        """Write down that this one is about to leave; False when it must not, for want of that."""
        return self._append(f"[{number},{delivery}]\n")

    def answered(self, number: int, delivery: int, outcome: Outcome) -> None:
        """Write down an answer. Never raises: the answer itself still goes to the database."""
        if type(outcome) is Accepted and not outcome.later:  # nearly all: quick
            line = f'[{number},{delivery},"a",{{"ref":{encode_string(outcome.ref)}}}]\n'
        else:
            line = _line([number, delivery, LETTERS[type(outcome)], _fields(outcome)])
        self._append(line)

    def heard(self, number: int) -> None:
        """Note that each delivery of the slice has its outcome."""
        self._in_hand[number] = time.monotonic()

    def settled(self, number: int) -> None:
        """Note that the database has all of the slice; begins the file anew now and then."""
        self._in_hand.pop(number, None)
        if not self._in_hand and (self._size > LARGE or self.trouble):
            self._cut(0)
        self._append(_line(["settled", number]))

    @property
    def oldest(self) -> float:
        """Seconds for which the oldest slice has waited to be settled; 0 when none does."""
        return max(0.0, time.monotonic() - min(list(self._in_hand.values()), default=inf))

    def close(self) -> None:
        """Remove the file; what is in hand has been settled."""
        if not self._in_hand:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def _append(self, line: str) -> bool:
        """Write; tells whether that could be done."""
        data = line.encode()
        with self._writing:
            try:
                written = os.write(self._file, data)
            except OSError as error:
                self._fail(error.strerror or str(error))
                return False
            if written < len(data):
                self._cut(self._size)  # half a line would end the journal for whoever reads it
                self._fail("the disk is full")
                return False
            self._size += written
        return True

    def _cut(self, size: int) -> None:
        os.ftruncate(self._file, size)
        self._size = size

    def _has_room(self) -> bool:
        try:
            return os.write(self._file, b"\n" * ROOM) == ROOM
        except OSError:
            return False
        finally:
            self._cut(0)

    def _fail(self, why: str) -> None:
        if not self.trouble:
            logger.error("sending stops: the journal %s cannot be written: %s", self.path, why)
        self.trouble = f"Nothing is sent while the journal {self.path} cannot be written: {why}."


def _new_file(folder: Path) -> tuple[Path, int]:
    """Make a journal and hold it. One that was tidied away before it was held is made again."""
    while True:
        path = folder / f"{uuid4().hex}.journal"
        file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return path, file
        os.close(file)


def _line(entry: list[Any]) -> str:
    return json.dumps(entry, separators=(",", ":")) + "\n"


def _fields(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Accepted):
        later = [asdict(each) for each in outcome.later]
        return {"ref": outcome.ref, "later": later} if later else {"ref": outcome.ref}
    return asdict(outcome)


def read_outcome(letter: str, fields: dict[str, Any]) -> Outcome:
    """Give back the outcome that `answered` wrote."""
    if letter == "a":
        return Accepted(fields["ref"], tuple(Later(**each) for each in fields.get("later", ())))
    if letter == "r":
        return Refused(**fields | {"blame": Blame(fields["blame"])})
    return Unsure(**fields)
