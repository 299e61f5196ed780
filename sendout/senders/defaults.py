"""Which way out a channel takes when nobody chooses."""

from __future__ import annotations

from django.db import transaction

from sendout.accounts.models import Organisation
from sendout.senders.models import Sender


def make_default(sender: Sender) -> None:
    """Make a saved, active sender its channel's only default.

    Two who do this at once take turns at the organisation's row.
    """
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=sender.organisation_id)
        siblings = Sender.objects.filter(
            organisation=sender.organisation_id, channel=sender.channel, is_default=True
        )
        siblings.exclude(pk=sender.pk).update(is_default=False)
        Sender.objects.filter(pk=sender.pk, active=True).update(is_default=True)
    sender.refresh_from_db(fields=["is_default"])


def settle_default(organisation: Organisation, channel: str) -> None:
    """Give the channel a default when its senders have none: the oldest active one."""
    active = Sender.objects.filter(organisation=organisation, channel=channel, active=True)
    oldest = active.order_by("pk").first()
    if oldest is not None and not active.filter(is_default=True).exists():
        make_default(oldest)


def deactivate(sender: Sender) -> None:
    """Take a sender out of use; another one of its channel becomes the default in its place."""
    with transaction.atomic():
        Sender.objects.filter(pk=sender.pk).update(active=False, is_default=False)
        settle_default(sender.organisation, sender.channel)
    sender.refresh_from_db(fields=["active", "is_default"])


def activate(sender: Sender) -> None:
    """Take a sender into use again."""
    with transaction.atomic():
        Sender.objects.filter(pk=sender.pk).update(active=True)
        settle_default(sender.organisation, sender.channel)
    sender.refresh_from_db(fields=["active", "is_default"])
