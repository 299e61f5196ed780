"""What Django is told about this room."""

from django.apps import AppConfig

from sendout.core.providers.registry import register
from sendout.senders.esp.provider import EspProvider


class SendersConfig(AppConfig):
    """Adds the ways out that need Django to those that do not."""

    name = "sendout.senders"

    def ready(self) -> None:
        """Make them known to forms, command line and engine."""
        register(EspProvider)
