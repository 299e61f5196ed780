"""What an email service is told to post, where, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sendout.senders.esp.catalogue import CHOICE, SERVICES, Service
from sendout.senders.hooks import address_of
from sendout.senders.models import Hook, Sender
from sendout.senders.vault import CannotUnseal, unseal

# Where the address is entered, in the words of each service's own pages.
PLACES = {
    "amazon_ses": "Add it as an HTTPS subscription of the SNS topic to which your configuration "
    "set publishes its events. Sendout confirms the subscription by itself.",
    "brevo": "Transactional, Settings, Webhook: add a webhook for outbound messages.",
    "mailersend": "Domains, your domain, Webhooks: add a webhook.",
    "mailgun": "Sending, Webhooks: add it for each kind of event.",
    "mailjet": "Account settings, Event notifications (webhooks): enter it for each kind of event, "
    "and let events be grouped.",
    "mandrill": "Settings, Webhooks: add a webhook.",
    "postmark": "Your server, the message stream, Webhooks: add a webhook.",
    "resend": "Webhooks: add a webhook.",
    "sendgrid": "Settings, Mail settings, Event webhooks: create one.",
    "sparkpost": "Configuration, Webhooks: create one.",
}

HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class HookCard:
    """What `hook_card.html` shows. missing: the setting that would check signatures.

    reachable: False where only this machine knows the address.
    """

    service: Service
    address: str
    place: str
    missing: str
    reachable: bool
    heard_at: datetime | None


def hook_card(sender: Sender) -> HookCard | None:
    """Give the card of a sender of an email service."""
    if sender.kind != "esp":
        return None
    service = SERVICES[str(sender.config[CHOICE])]
    try:
        address, known = address_of(sender), unseal(sender.secrets)
    except CannotUnseal:
        return None
    missing = "" if known.get(service.signing) else service.signing.replace("_", " ")
    heard_at = Hook.objects.get(sender=sender).heard_at
    reachable = urlsplit(address).hostname not in HERE
    return HookCard(service, address, PLACES[service.name], missing, reachable, heard_at)
