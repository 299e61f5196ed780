"""What a service is told to post, where, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.core.providers.callback import CallsBack
from sendout.core.providers.near import is_near
from sendout.core.providers.registry import calls_back
from sendout.core.providers.setting import BadConfig
from sendout.senders.esp.catalogue import CHOICE, SERVICES
from sendout.senders.hooks import address_of
from sendout.senders.models import Channel, Hook, Sender
from sendout.senders.vault import CannotUnseal, unseal
from sendout.senders.ways import provider_of

# Where the address is entered, in the words of each service's own pages.
PLACES = {
    "amazon_ses": gettext_lazy(
        "Add it as an HTTPS subscription of the SNS topic to which your configuration "
        "set publishes its events. Sendout confirms the subscription by itself."
    ),
    "brevo": gettext_lazy("Transactional, Settings, Webhook: add a webhook for outbound messages."),
    "mailersend": gettext_lazy("Domains, your domain, Webhooks: add a webhook."),
    "mailgun": gettext_lazy("Sending, Webhooks: add it for each kind of event."),
    "mailjet": gettext_lazy(
        "Account settings, Event notifications (webhooks): enter it for each kind of event, "
        "and let events be grouped."
    ),
    "mandrill": gettext_lazy("Settings, Webhooks: add a webhook."),
    "postmark": gettext_lazy("Your server, the message stream, Webhooks: add a webhook."),
    "resend": gettext_lazy("Webhooks: add a webhook."),
    "sendgrid": gettext_lazy("Settings, Mail settings, Event webhooks: create one."),
    "sparkpost": gettext_lazy("Configuration, Webhooks: create one."),
}

HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class HookCard:
    """What `hook_card.html` shows. label: the service's name.

    missing: the setting that would check signatures. reachable: False where only this machine
    knows the address, and the service is elsewhere. texts: whether it tells of texts.
    """

    label: str
    address: str
    place: str
    missing: str
    reachable: bool
    heard_at: datetime | None
    texts: bool = False


def is_told(sender: Sender) -> bool:
    """Tell whether somebody tells us by HTTP what became of a sender's messages."""
    return sender.kind == "esp" or calls_back(sender.channel, sender.kind)


def hook_card(sender: Sender) -> HookCard | None:
    """Give the card of a sender whose service tells what became of messages."""
    if not is_told(sender):
        return None
    try:
        address, known = address_of(sender), unseal(sender.secrets)
        service = _service(sender)
    except (BadConfig, CannotUnseal):
        return None
    missing = "" if known.get(service.signing) else service.signing.replace("_", " ")
    heard_at = Hook.objects.get(sender=sender).heard_at
    place = service.place.replace("ADDRESS", address)
    near = is_near(urlsplit(str(sender.config.get("api_url", ""))).hostname or "far.example")
    reachable = urlsplit(address).hostname not in HERE or (sender.kind != "esp" and near)
    texts = sender.channel == Channel.SMS
    return HookCard(service.label, address, place, missing, reachable, heard_at, texts)


@dataclass(frozen=True, slots=True)
class _Told:
    label: str
    place: str
    signing: str


def _service(sender: Sender) -> _Told:
    """Give what the card says of a sender's service. Raises BadConfig, CannotUnseal."""
    if sender.kind == "esp":
        service = SERVICES[str(sender.config[CHOICE])]
        end = _(
            "Choose all events about delivery, bounces, complaints and unsubscribing; opens and "
            "clicks are counted by Sendout itself."
        )
        return _Told(service.label, f"{PLACES[service.name]} {end}", service.signing)
    provider = provider_of(sender)
    if not isinstance(provider, CallsBack):
        raise BadConfig(_("this kind tells nothing."))
    return _Told(provider.label, provider.place, provider.signing)
