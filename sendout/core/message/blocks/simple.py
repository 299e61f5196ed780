"""Blocks as plain HTML without a frame: for other formats, and for a text made of them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import datetime

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
from sendout.core.message.blocks.links import destination
from sendout.core.message.hidden import as_markup


def simple_html(blocks: Iterable[Block]) -> str:
    """Write blocks below one another, a button as a link; an uploaded picture is its alt text."""
    return "\n".join(part for block in singles(blocks) if (part := _written(block)))


def lost(blocks: Iterable[Block]) -> list[str]:
    """Say in one sentence each what plain HTML or Markdown cannot hold of these blocks."""
    blocks = list(blocks)
    inside = list(singles(blocks))
    sentences = {
        "Columns will stand below one another.": any(isinstance(b, Columns) for b in blocks),
        "Buttons become links.": any(isinstance(b, Button) for b in inside),
        "Events lose their calendar file.": any(isinstance(b, Event) for b in inside),
        "Uploaded pictures are left out; their words stay.": any(
            isinstance(b, Image) and not b.source.startswith("http") for b in inside
        ),
    }
    return [sentence for sentence, is_so in sentences.items() if is_so]


def _written(block: Single) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"<h{level}>{as_markup(text)}</h{level}>" if text else ""
        case Text(html=html):
            return html
        case Image():
            return _picture(block)
        case Button(label=label, link=link):
            return f"<p>{_link(as_markup(label), link)}</p>" if label else ""
        case Divider() | Other():
            return "<hr>"
        case Event():
            return _event(block)


def _link(inside: str, typed: str) -> str:
    address = destination(typed)
    return f'<a href="{as_markup(address)}">{inside}</a>' if address and inside else inside


def _picture(block: Image) -> str:
    alt = "" if block.decorative else as_markup(block.alt)
    loads = block.source.startswith("http")
    shown = f'<img src="{html.escape(block.source)}" alt="{alt}">' if loads else alt
    return f"<p>{_link(shown, block.link)}</p>" if shown else ""


def _event(block: Event) -> str:
    times = [_time(moment) for moment in (block.starts, block.ends) if moment]
    lines = [
        f"<strong>{as_markup(block.title)}</strong>" if block.title else "",
        " – ".join(times),
        as_markup(block.place),
        as_markup(block.note).replace("\n", "<br>"),
    ]
    said = "<br>".join(line for line in lines if line)
    return f"<p>{said}</p>" if said else ""


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
