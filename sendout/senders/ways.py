"""From a sender's row to its provider, and back to the row."""

from __future__ import annotations

from collections.abc import Mapping

from sendout.core.providers.base import Provider
from sendout.core.providers.registry import build, secrets
from sendout.core.providers.setting import Value
from sendout.senders.models import Sender
from sendout.senders.vault import seal, unseal


def provider_of(sender: Sender) -> Provider:
    """Give the provider with this sender's settings and credentials.

    Raises BadConfig when they do not fit the provider, CannotUnseal when no key fits.
    """
    return build(sender.channel, sender.kind, {**sender.config, **unseal(sender.secrets)})


def put_settings(sender: Sender, values: Mapping[str, Value]) -> None:
    """Put a provider's settings on the row, those that are secret encrypted; does not save.

    Raises BadConfig when they do not fit the provider.
    """
    build(sender.channel, sender.kind, values)
    hidden = secrets(sender.channel, sender.kind)
    sender.config = {name: value for name, value in values.items() if name not in hidden}
    sender.secrets = seal({name: value for name, value in values.items() if name in hidden})
