"""Settle what a process that died had in hand: from its journal, at the next start or sooner."""

from __future__ import annotations

import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils import timezone

from sendout.core.delivery.outcome import Blame, Outcome, Refused, Unsure
from sendout.deliveries import counting
from sendout.deliveries.claim import Claimed, addresses
from sendout.deliveries.hold import Hold, release
from sendout.engine.journal import read_outcome
from sendout.engine.prepare import Prepared, find_way
from sendout.engine.settle import settle

logger = logging.getLogger(__name__)

DIED = Unsure("The worker stopped before it heard the answer.")
STAYED = Refused(
    False, "connect", "The worker stopped before it handed this over.", Blame.SENDER, 1.0
)
GONE = Refused(False, "settled", "taken from a journal", Blame.SENDER)


@dataclass(slots=True)
class Slice:
    """One slice of the dead process, with the answers it heard.

    told: whether it said of each delivery that it was about to leave; left: of which it did.
    """

    sendout: int
    channel: str
    hold: Hold
    rows: list[list[Any]]
    sender: int = 0
    told: int = 0
    left: set[int] = field(default_factory=set)
    answers: dict[int, Outcome] = field(default_factory=dict)

    def outcome(self, delivery: int) -> Outcome:
        """Say what became of one."""
        stayed = self.told and delivery not in self.left
        return self.answers.get(delivery, STAYED if stayed else DIED)


def replay(folder: Path) -> int:
    """Settle all journals in the folder whose process is gone; gives how many those were."""
    done = 0
    for path in sorted(folder.glob("*.journal")):
        with orphan(path) as file:
            if file is not None:
                for found in read(file).values():
                    if isinstance(found, Hold):  # nothing of it had left
                        release(found, timezone.now())
                    else:
                        settle_slice(found)
                path.unlink(missing_ok=True)
                done += 1
    return done


@contextmanager
def orphan(path: Path) -> Iterator[IO[str] | None]:
    """Open a journal that nobody holds any more, and hold it; None when its owner lives."""
    try:
        file = path.open("r+")
    except FileNotFoundError:  # another process was quicker
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file


def read(file: IO[str]) -> dict[int, Slice | Hold]:
    """Give the slices that were not settled, by number. A line cut short ends the journal.

    Of one that was claimed at most, and not begun, there is the hold alone.
    """
    slices: dict[int, Slice] = {}
    claims: dict[int, Hold] = {}
    for line in file:
        try:
            entry = json.loads(line)
        except ValueError:
            break
        match entry:
            case ["claimed", int(number), int(batch), int(turn)]:
                claims[number] = Hold(batch, turn)
            case ["slice", int(number), int(sendout), str(channel), [batch, turn, *sender], rows]:
                claims.pop(number, None)
                slices[number] = Slice(sendout, channel, Hold(batch, turn), rows, *sender)
            case ["settled", int(number)]:
                slices.pop(number, None)
            case [int(number), int(delivery)] if number in slices:
                slices[number].left.add(delivery)
            case [int(number), int(delivery), str(letter), fields] if number in slices:
                slices[number].answers[delivery] = read_outcome(letter, fields)
    return slices | claims


def settle_slice(slice_: Slice) -> None:
    """Write what became of a slice; what has no answer is unsure, by the policy of its channel.

    What certainly did not leave is sent by somebody else, at once.
    """
    way = find_way(slice_.sendout, slice_.channel, running=False, through=slice_.sender)
    if way is None:
        logger.warning("a journal speaks of send-out %s, which is gone", slice_.sendout)
        return
    normals = addresses(slice_.channel, [delivery for delivery, *_ in slice_.rows])
    prepared = [_prepared(*(*row, normals.get(row[0], ""))) for row in slice_.rows]
    answers = {p.row.id: slice_.outcome(p.row.id) for p in prepared}
    settle(way, prepared, answers, timezone.now(), keeps_copy=False, hold=slice_.hold)
    counting.finish(slice_.sendout)


def _prepared(delivery: int, attempt: int, segments: int, normal: str) -> Prepared:
    row = Claimed(delivery, attempt, "", normal, "", "", "", "", "")
    return Prepared(row, GONE, segments)
