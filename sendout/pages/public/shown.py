"""What the page Manage notifications shows of each address."""

from __future__ import annotations

from dataclasses import dataclass

from sendout.pages.public.recipient import Reached
from sendout.suppression.choices import Standing, standings

Words = dict[str, str]


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One line with its box. key: what the form posts; reason: why it cannot be changed."""

    key: str
    label: str
    help: str
    on: bool
    may_change: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """The lines of one address."""

    key: str
    title: str
    address: str
    choices: list[ShownChoice]


def shown(each: Reached, words: Words) -> ShownChannel:
    """Give what the page shows of an address."""
    channel = each.place.channel
    choices = [
        ShownChoice(
            key=f"{channel}.{standing.category}",
            label=words[standing.category],
            help=words[f"{standing.category}_help"],
            on=standing.on,
            may_change=standing.may_change,
            reason=_why(each, standing, words),
        )
        for standing in standings(each.place)
    ]
    return ShownChannel(channel, words[channel], each.shown, choices)


def _why(each: Reached, standing: Standing, words: Words) -> str:
    """Say why nobody but the organisation can change this; nothing where its owner can."""
    if standing.may_change:
        return ""
    if not standing.reason:
        return words["always"]
    channel = each.place.channel
    said = words.get(f"{channel}_{standing.reason}", words[f"{channel}_admin"])
    return said.format(club=each.place.organisation.name)


def changes(before: set[str], now: set[str], words: Words) -> list[str]:
    """Say in sentences what changed from one set of keys to another."""
    lines = [(words["stopped"], key) for key in sorted(before - now)]
    lines += [(words["resumed"], key) for key in sorted(now - before)]
    return [
        line.format(what=words[category], how=words[f"of_{channel}"])
        for line, key in lines
        for channel, category in [key.split(".")]
    ]
