"""The files inside the emails of a message: their bytes, encoded, and how much that is."""

from __future__ import annotations

from sendout.compose.filing import attached_of, pieces
from sendout.compose.models import Message
from sendout.core.message.attached import Attached, encoded_size, tail

HEAD = 300  # bytes that come with each file


def tail_of(message: Message, boundary: str) -> bytes:
    """Give what each email goes on with behind its texts; nothing where no file goes inside.

    boundary: as the compiled email says it.
    """
    if not boundary:
        return b""
    files = attached_of(message)
    return tail(
        (Attached(each.name, each.kind, b"".join(pieces(each.file))) for each in files), boundary
    )


def weight_of(message: Message) -> int:
    """Give about how many bytes the files add to each email; 0 where none go inside."""
    return sum(encoded_size(each.file.size) + HEAD for each in attached_of(message))
