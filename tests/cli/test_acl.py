"""One account is let through a directory; everybody else stays out."""

from __future__ import annotations

import stat
from pathlib import Path

from sendout.cli.acl import ENTER, GROUP, MASK, NO_ID, OTHER, USER, allow_to_enter, pack, read

ALICE, BOB = 1001, 1002


def test_one_account_may_enter_and_nobody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    allow_to_enter(tmp_path, ALICE)
    entries = read(tmp_path)
    assert entries[USER, ALICE] == ENTER
    assert entries[OTHER, NO_ID] == 0
    assert stat.S_IMODE(tmp_path.stat().st_mode) & 0o007 == 0


def test_what_was_granted_before_stays(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    allow_to_enter(tmp_path, BOB)
    allow_to_enter(tmp_path, ALICE)
    allow_to_enter(tmp_path, ALICE)
    entries = read(tmp_path)
    assert entries[USER, BOB] == entries[USER, ALICE] == ENTER
    assert entries[MASK, NO_ID] == 0o5


def test_entries_are_written_in_the_order_of_the_kernel() -> None:
    packed = pack({(OTHER, NO_ID): 0, (USER, BOB): 1, (USER, ALICE): 1, (GROUP, 7): 4})
    assert packed.hex(" ", 4).split()[1:] == [
        "02000100", f"{ALICE.to_bytes(4, 'little').hex()}",
        "02000100", f"{BOB.to_bytes(4, 'little').hex()}",
        "08000400", "07000000",
        "20000000", "ffffffff",
    ]  # fmt: skip
