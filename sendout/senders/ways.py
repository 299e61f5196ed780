"""From a sender's row to its provider, and back to the row."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from sendout.core.providers.base import Provider
from sendout.core.providers.callback import CallsBack, WayBack
from sendout.core.providers.registry import build, calls_back, secrets
from sendout.core.providers.setting import Value
from sendout.senders.hooks import address_of
from sendout.senders.models import Sender
from sendout.senders.vault import seal, unseal


def provider_of(sender: Sender) -> Provider:
    """Give the provider with this sender's settings, credentials and way back.

    Raises BadConfig when they do not fit the provider, CannotUnseal when no key fits.
    """
    config = {**sender.config, **unseal(sender.secrets)}
    provider = build(sender.channel, sender.kind, config)
    if isinstance(provider, CallsBack):
        provider.way_back = WayBack(find_way_back(sender), settings.TOKEN_KEYS)
    return provider


def made_of(sender: Sender) -> tuple[object, ...]:
    """Give what the sender's provider is made of: one made of the same is as good.

    Raises CannotUnseal where its way back cannot be read.
    """
    settings_ = repr(sorted(sender.config.items()))
    return sender.kind, settings_, sender.secrets, find_way_back(sender)


def find_way_back(sender: Sender) -> str:
    """Give the address at which a provider of SMS tells what became of a sender's messages.

    It is looked up once for each row that was read, so that nothing is while messages leave: call
    this before. Empty where there is none. Raises CannotUnseal.
    """
    if sender.way_back is None:
        known = sender.pk and calls_back(sender.channel, sender.kind)
        sender.way_back = address_of(sender) if known else ""
    return sender.way_back


def put_settings(sender: Sender, values: Mapping[str, Value]) -> None:
    """Put a provider's settings on the row, those that are secret encrypted; does not save.

    Raises BadConfig when they do not fit the provider.
    """
    build(sender.channel, sender.kind, values)
    hidden = secrets(sender.channel, sender.kind)
    sender.config = {name: value for name, value in values.items() if name not in hidden}
    sender.secrets = seal({name: value for name, value in values.items() if name in hidden})
