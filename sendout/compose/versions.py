"""A message in two languages: what it says to those who read each of them."""

from __future__ import annotations

from copy import copy
from typing import Any

from sendout.accounts.models import Language, Organisation
from sendout.compose.models import Message
from sendout.core.message.blocks.reading import OTHER


def languages_of(message: Message, organisation: Organisation) -> list[str]:
    """Give the languages in which it says something of its own, the one it was begun in first."""
    other = message.other_language
    return [other_than(other), other] if other else [organisation.language]


def other_than(language: str) -> str:
    """Give the language that a message can be written in besides this one."""
    return next(each.value for each in Language if each != language)


def in_language(message: Message, language: str) -> Message:
    """Give what a message says to who reads this language; a copy that is not to be saved."""
    if not message.other_language:
        return message
    is_other = language == message.other_language
    said = copy(message)
    said.blocks = _part(message.blocks, is_other)
    if is_other:
        said.subject = message.other_subject or message.subject
        if message.other_sms_text.strip():
            said.sms_text = message.other_sms_text
        if message.other_body.strip():
            said.body, said.text = message.other_body, ""
    return said


def _part(blocks: list[dict[str, Any]], is_other: bool) -> list[dict[str, Any]]:
    """Give the blocks before the one that turns to the other language, or those behind it."""
    place = next((n for n, each in enumerate(blocks) if each.get("kind") == OTHER), len(blocks))
    behind = blocks[place + 1 :]
    return behind if is_other and behind else blocks[:place]
