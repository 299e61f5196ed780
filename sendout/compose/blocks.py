"""The blocks of a message, made into sections for the frame of its email."""

from __future__ import annotations

from sendout.accounts.models import Organisation
from sendout.compose.events import inviter
from sendout.compose.images import finder
from sendout.compose.models import Message
from sendout.core.message.blocks import reading
from sendout.core.message.blocks.kinds import Block
from sendout.core.message.blocks.mjml import Compiled, Sections, Surroundings


def blocks_of(message: Message) -> tuple[Block, ...]:
    """Give the blocks that are stored."""
    return reading.read(message.blocks)


def sections(message: Message, organisation: Organisation, language: str) -> Sections:
    """Compile the blocks as far as they can be without the frame. language: of their words."""
    around = Surroundings(
        colour=organisation.colour,
        picture=finder(organisation),
        event=inviter(message, language),
    )
    return Compiled(blocks_of(message), around)
