"""All ways out. Adding one is a file of its own and one line here.

One that is not plain Python, and so cannot stand in core, is added by its room (`register`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol, Self

from sendout.core.providers.base import Config, Provider
from sendout.core.providers.http_gateway import HttpGateway
from sendout.core.providers.sandbox import EmailSandbox, SmsSandbox
from sendout.core.providers.setting import BadConfig, Setting, Value
from sendout.core.providers.smpp import SmppProvider
from sendout.core.providers.smtp import SmtpProvider
from sendout.core.providers.twilio import TwilioProvider
from sendout.core.providers.vonage import VonageProvider


class Kind(Provider, Protocol):
    """A provider with its settings, from which forms and the command line are made."""

    settings: ClassVar[tuple[Setting, ...]]

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Make one from settings by name. Raises BadConfig."""
        ...

    @staticmethod
    def read_url(url: str) -> dict[str, Value]:
        """Read the settings that a URL names. Raises BadConfig."""
        ...


KINDS: list[type[Kind]] = [
    SmtpProvider,
    EmailSandbox,
    SmsSandbox,
    TwilioProvider,
    VonageProvider,
    HttpGateway,
    SmppProvider,
]


def register(kind: type[Kind]) -> None:
    """Add a kind from a room above; once, however often it is called."""
    if kind not in KINDS:
        KINDS.append(kind)


def kinds(channel: str) -> list[str]:
    """Give the names of the kinds for "email" or "sms"."""
    return [each.kind for each in KINDS if each.channel == channel]


def find(channel: str, kind: str) -> type[Kind]:
    """Give the provider of this kind. Raises BadConfig."""
    found = next((each for each in KINDS if (each.channel, each.kind) == (channel, kind)), None)
    if found is None:
        known = ", ".join(kinds(channel)) or "none"
        raise BadConfig(f'there is no kind "{kind}" for {channel}; there are: {known}.')
    return found


def leaves_as_written(channel: str, kind: str) -> bool:
    """Tell whether a mail leaves byte for byte, with the envelope's own return path.

    Only then do a signature and a return path of ours survive. Raises BadConfig.
    """
    return getattr(find(channel, kind), "leaves_as_written", False)


def confirms(channel: str, kind: str) -> frozenset[str]:
    """Give the words for STOP and START that providers of this kind usually confirm themselves.

    Upper case; just these, alone in their text. Raises BadConfig.
    """
    words: frozenset[str] = getattr(find(channel, kind), "confirms", frozenset())
    return words


def ids_in(channel: str, kind: str) -> Callable[[str], list[str]] | None:
    """Tell how to read the ids by which receipts name a text from `Accepted.ref`.

    None where receipts bring our own reference back. Raises BadConfig.
    """
    return getattr(find(channel, kind), "ids_in", None)


def calls_back(channel: str, kind: str) -> bool:
    """Tell whether this kind is a `callback.CallsBack`. Raises BadConfig."""
    return hasattr(find(channel, kind), "hear")


def tells_arrival(channel: str, kind: str) -> bool:
    """Tell whether this kind says when a message has arrived, where its reports come in.

    Over SMTP mostly nobody does: what the server took is the last that is heard. Raises BadConfig.
    """
    chosen = find(channel, kind)
    return bool(getattr(chosen, "tells_arrival", hasattr(chosen, "hear")))


def build(channel: str, kind: str, config: Config) -> Provider:
    """Make the provider with its settings. Raises BadConfig."""
    return find(channel, kind).from_config(config)


def config_from_url(channel: str, kind: str, url: str) -> dict[str, Value]:
    """Read the settings that a URL names, to be stored. Raises BadConfig when they do not fit."""
    chosen = find(channel, kind)
    config = chosen.read_url(url)
    chosen.from_config(config)
    return config


def secrets(channel: str, kind: str) -> frozenset[str]:
    """Give the names of the settings that are stored encrypted and never shown."""
    return frozenset(each.name for each in find(channel, kind).settings if each.secret)
