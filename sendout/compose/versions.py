"""A message in two languages: what it says to those who read each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from sendout.accounts.models import Language, Organisation
from sendout.compose.models import BodyFormat, Message
from sendout.core.message.blocks.reading import OTHER


def languages_of(message: Message, organisation: Organisation) -> list[str]:
    """Give the languages in which it says something of its own, the one it was begun in first."""
    other = message.other_language
    return [other_than(other), other] if other else [organisation.language]


def versions(message: Message, organisation: Organisation) -> Iterator[tuple[str, Message]]:
    """Give each of these languages with what the message says to who reads it."""
    for language in languages_of(message, organisation):
        yield language, in_language(message, language)


def other_than(language: str) -> str:
    """Give the language that a message can be written in besides this one."""
    return next(each.value for each in Language if each != language)


def other_language_of(message: Message, organisation: Organisation) -> str:
    """Give the language in which it is written, or could be, besides the one it was begun in."""
    return message.other_language or other_than(organisation.language)


def in_language(message: Message, language: str) -> Message:
    """Give what a message says to who reads this language; a copy that is not to be saved.

    Where it is not written in two languages, nothing is said that stands behind `Other`.
    """
    is_other = bool(message.other_language) and language == message.other_language
    said = copy(message)
    said.blocks = _part(message.blocks, is_other)
    if not is_other:
        return said
    said.subject = message.other_subject or message.subject
    if message.other_sms_text.strip():
        said.sms_text = message.other_sms_text
    in_blocks = message.body_format == BodyFormat.BLOCKS
    if not in_blocks and message.other_body.strip():
        said.body = message.other_body
    if said.body != message.body or (in_blocks and said.blocks != _part(message.blocks, False)):
        said.text = ""  # of the other one
    return said


def _part(blocks: list[dict[str, Any]], is_other: bool) -> list[dict[str, Any]]:
    """Give the blocks before the one that turns to the other language, or those behind it."""
    place = place_of_other(blocks)
    behind = blocks[place + 1 :]
    return behind if is_other and behind else blocks[:place]


def place_of_other(blocks: Sequence[dict[str, Any]]) -> int:
    """Give where the other language begins: the place of the block that says so, or the end."""
    return next((n for n, each in enumerate(blocks) if each.get("kind") == OTHER), len(blocks))
