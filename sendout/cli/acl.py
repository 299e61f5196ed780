"""POSIX access control lists: let one account pass through a directory and nobody else."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

ATTRIBUTE = "system.posix_acl_access"
VERSION = struct.pack("<I", 2)
ENTRY = struct.Struct("<HHI")
NO_ID = 0xFFFFFFFF
USER_OBJECT, USER, GROUP_OBJECT, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
ENTER = 1

Entries = dict[tuple[int, int], int]


def allow_to_enter(directory: Path, uid: int) -> None:
    """Let the account `uid` pass through the directory, without a right to list or read it.

    An entry for one account leaves the directory as closed to all others as it was.
    Raises OSError where the file system keeps no such lists. Format: linux/posix_acl_xattr.h.
    """
    entries = read(directory)
    entries[USER, uid] = entries.get((USER, uid), 0) | ENTER
    entries[MASK, NO_ID] = entries.get((MASK, NO_ID), entries[GROUP_OBJECT, NO_ID]) | ENTER
    os.setxattr(directory, ATTRIBUTE, pack(entries))


def read(directory: Path) -> Entries:
    """Give the directory's list: its own, or the one that its mode bits stand for."""
    if ATTRIBUTE in os.listxattr(directory):
        return unpack(os.getxattr(directory, ATTRIBUTE))
    mode = stat.S_IMODE(directory.stat().st_mode)
    return {
        (USER_OBJECT, NO_ID): mode >> 6 & 7,
        (GROUP_OBJECT, NO_ID): mode >> 3 & 7,
        (OTHER, NO_ID): mode & 7,
    }


def unpack(value: bytes) -> Entries:
    """Read the kernel's form of a list."""
    return {(tag, who): rights for tag, rights, who in ENTRY.iter_unpack(value[len(VERSION) :])}


def pack(entries: Entries) -> bytes:
    """Write the kernel's form of a list, in the order it demands: by tag, then by id."""
    ordered = sorted(entries.items())
    return VERSION + b"".join(ENTRY.pack(tag, rights, who) for (tag, who), rights in ordered)
