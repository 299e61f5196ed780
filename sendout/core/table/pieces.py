"""A file on its way in: taken up to a bound, and cut into pieces that a database keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sendout.core.table.errors import BadTable

PIECE = 1 << 20  # bytes


def copy_bounded(stream: BinaryIO, copy: BinaryIO, most: int) -> None:
    """Copy a file of at most so many bytes; raises BadTable when it is larger."""
    size = 0
    while chunk := stream.read(PIECE):
        size += len(chunk)
        if size > most:
            raise BadTable(
                f"this file is larger than {most // 1_000_000} MB; split it and import the parts"
            )
        copy.write(chunk)


def pieces(copy: BinaryIO) -> Iterator[bytes]:
    """Give a file piece by piece, from its start."""
    copy.seek(0)
    yield from iter(lambda: copy.read(PIECE), b"")
