"""Blocks read from data that a browser sent, and written as data again.

What is half filled in is kept, for a draft is saved while it is written; `mending` names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sendout.core.message.blocks.kinds import (
    Block,
    Button,
    Columns,
    Divider,
    Event,
    Heading,
    Image,
    Other,
    Single,
    Text,
    singles,
)
from sendout.core.message.blocks.rich import clean

OTHER = "other"  # the kind of block behind which the other language begins
MOST_BLOCKS = 200  # those in columns counted
LONGEST_LINE = 300  # characters of a heading, a label, a title
LONGEST_LINK = 2_000
LONGEST_NOTE = 1_000
LONGEST_TEXT = 100_000
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
# and halves of pairs of surrogates, which are left where a text was cut in the middle of an emoji
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SOURCE = re.compile(r"[0-9a-f]{64}(?:\.(?:png|jpg|gif))?|https?://\S+")

Raw = Mapping[str, Any]


class BadBlocks(ValueError):
    """This is no list of blocks; the words are for whoever made it."""


def read_json(text: str) -> tuple[Block, ...]:
    """Read what the editor sends; nothing is no blocks. Raises BadBlocks."""
    if not text.strip():
        return ()
    try:
        return read(json.loads(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadBlocks):
            raise
        raise BadBlocks("The blocks are no JSON: reload the page and try again.") from error


def read(data: object) -> tuple[Block, ...]:
    """Read a list of blocks and clean their texts. Raises BadBlocks."""
    ids: set[str] = set()
    blocks = tuple(_block(raw, ids) for raw in _list(data))
    if len(ids) > MOST_BLOCKS:
        raise BadBlocks(f"An email has at most {MOST_BLOCKS} blocks: take some out.")
    turns = [each for each in singles(blocks) if isinstance(each, Other)]
    if len(turns) > 1 or not set(turns) <= set(blocks):
        raise BadBlocks(
            "An email turns to the other language once, and in no column: take the other one out."
        )
    return blocks


def write(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Give blocks as data that JSON can hold; `read` gives the same blocks again."""
    return [_written(block) for block in blocks]


def _written(block: Block) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": block.id, "kind": _NAMES[type(block)]}
    for name in block.__slots__:
        value = getattr(block, name)
        if isinstance(value, tuple):
            value = write(value)
        elif isinstance(value, datetime):
            value = value.isoformat(timespec="minutes")
        raw[name] = "" if value is None else value
    return raw


def _block(raw: Any, ids: set[str]) -> Block:
    if isinstance(raw, dict) and raw.get("kind") == "columns":
        left, right = (
            tuple(_single(one, ids) for one in _list(raw.get(side, [])))
            for side in ("left", "right")
        )
        return Columns(_id(raw, ids), left, right)
    return _single(raw, ids)


def _single(raw: Any, ids: set[str]) -> Single:
    if not isinstance(raw, dict):
        raise BadBlocks("A block must be an object with an id and a kind.")
    kind = raw.get("kind")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        known = ", ".join([*_READERS, "columns"])
        raise BadBlocks(f"There is no block of the kind “{kind}” here: take one of {known}.")
    return reader(_id(raw, ids), raw)


def _id(raw: Raw, ids: set[str]) -> str:
    found = raw.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise BadBlocks("A block needs an id of letters, digits and hyphens, 40 at most.")
    if found in ids:
        raise BadBlocks(f"Two blocks have the id “{found}”: give each its own.")
    ids.add(found)
    return found


def _list(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise BadBlocks("Blocks are a list.")
    return data


def _string(raw: Raw, name: str, longest: int) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        raise BadBlocks(f"“{name}” of a block must be a text.")
    value = _CONTROLS.sub(" ", value.replace("\r\n", "\n"))
    if len(value) > longest:
        raise BadBlocks(f"“{value[:30]}…” is longer than {longest:,} characters: shorten it.")
    return value


def _line(raw: Raw, name: str, longest: int = LONGEST_LINE) -> str:
    return " ".join(_string(raw, name, longest).split())


def _source(raw: Raw) -> str:
    source = _line(raw, "source", LONGEST_LINK)
    if source and not _SOURCE.fullmatch(source):
        raise BadBlocks(
            f"“{source[:60]}” is no picture: upload one, or give its whole address, https://…"
        )
    return source


def _when(raw: Raw, name: str) -> datetime | None:
    written = _line(raw, name)
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError as error:
        raise BadBlocks(f"“{written}” is no date and time, such as 2027-03-01T18:00.") from error


def _heading(id: str, raw: Raw) -> Heading:
    return Heading(id, _line(raw, "text"), 2 if raw.get("level") == 2 else 1)


def _text(id: str, raw: Raw) -> Text:
    return Text(id, clean(_string(raw, "html", LONGEST_TEXT)))


def _image(id: str, raw: Raw) -> Image:
    decorative = raw.get("decorative") is True
    return Image(id, _source(raw), _line(raw, "alt"), decorative, _line(raw, "link", LONGEST_LINK))


def _button(id: str, raw: Raw) -> Button:
    return Button(id, _line(raw, "label"), _line(raw, "link", LONGEST_LINK))


def _divider(id: str, raw: Raw) -> Divider:
    return Divider(id)


def _other(id: str, raw: Raw) -> Other:
    return Other(id)


def _event(id: str, raw: Raw) -> Event:
    return Event(
        id,
        _line(raw, "title"),
        _when(raw, "starts"),
        _when(raw, "ends"),
        _line(raw, "place"),
        _string(raw, "note", LONGEST_NOTE).strip(),
    )


_READERS: dict[str, Callable[[str, Raw], Single]] = {
    "heading": _heading,
    "text": _text,
    "image": _image,
    "button": _button,
    "divider": _divider,
    OTHER: _other,
    "event": _event,
}
_NAMES: dict[type[Block], str] = {
    Heading: "heading",
    Text: "text",
    Image: "image",
    Button: "button",
    Divider: "divider",
    Other: OTHER,
    Event: "event",
    Columns: "columns",
}
