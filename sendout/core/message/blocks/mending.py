"""What to mend in blocks before they leave, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sendout.core.message.blocks.kinds import Block, Button, Columns, Event, Heading, Image, singles
from sendout.core.message.blocks.links import destination


def to_mend(blocks: Iterable[Block]) -> list[str]:
    """Name what is half filled in: a button without link, a picture without words for it."""
    blocks = list(blocks)
    sentences = [sentence for block in singles(blocks) for sentence in _wrong(block)]
    for block in blocks:
        if isinstance(block, Columns) and not (block.left and block.right):
            sentences.append("One of two columns is empty: fill it, or take the columns out.")
    return list(dict.fromkeys(sentences))


def _wrong(block: object) -> Iterator[str]:
    match block:
        case Heading(text=""):
            yield "A heading is empty: write it, or take it out."
        case Button():
            yield from _button(block)
        case Image():
            yield from _image(block)
        case Event():
            yield from _event(block)


def _button(block: Button) -> Iterator[str]:
    if not block.label:
        yield "A button has no words, so it is left out: say what happens when it is pressed."
    elif not destination(block.link):
        yield (
            f"The button “{block.label}” leads nowhere: give it a link that begins with https://, "
            "mailto: or tel:."
        )


def _image(block: Image) -> Iterator[str]:
    if not block.source:
        yield "An image block has no picture, so it is left out: choose one."
        return
    name = f" “{block.alt}”" if block.alt else ""
    if not block.alt and not block.decorative:
        yield (
            "A picture has no words for those who see no pictures: write its alt text, or say "
            "that it only decorates."
        )
    if block.link and not destination(block.link):
        yield (
            f"The link of the picture{name} leads nowhere: begin it with https://, mailto: or tel:."
        )


def _event(block: Event) -> Iterator[str]:
    name = f"The event “{block.title}”" if block.title else "An event"
    if not block.title:
        yield "An event has no title: name it."
    if block.starts is None:
        yield f"{name} has no beginning, so nobody can put it into a calendar: say when it starts."
    elif block.ends is not None and block.ends <= block.starts:
        yield f"{name} ends before it starts: correct one of its times."
