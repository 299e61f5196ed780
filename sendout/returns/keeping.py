"""Keep a mail that came back before anybody is told that it is safe with us."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.returns.models import Mailbox, ReturnedMail, State

KEPT_BYTES = 250_000  # what a report says stands in front of the mail that it returns
MOST_EACH = 1000  # mails that were not understood, for each organisation


def keep(
    raw: bytes,
    way: str,
    envelope_to: str = "",
    *,
    organisation: Organisation | None = None,
    mailbox: Mailbox | None = None,
) -> ReturnedMail:
    """Keep a mail for the worker to read, once; of a large one its beginning.

    envelope_to: the recipient in its envelope, where it is known. Runs in the caller's transaction,
    which must commit before the mail is let go of elsewhere.
    """
    content = raw[:KEPT_BYTES]
    row, _ = ReturnedMail.objects.get_or_create(
        fingerprint=fingerprint(content, envelope_to),
        defaults={
            "organisation": organisation,
            "mailbox": mailbox,
            "way": way,
            "envelope_to": envelope_to[:320],
            "content": content,
            "left": mailbox is not None and mailbox.config.get("afterwards") == "leave",
            "received_at": timezone.now(),
        },
    )
    return row


def fingerprint(content: bytes, envelope_to: str) -> str:
    """Give what is the same for the same mail to the same address."""
    return hashlib.sha256(envelope_to.lower().encode() + b"\0" + content).hexdigest()


def again(mail: ReturnedMail, *, believed: bool = False) -> None:
    """Have the worker read a mail again. believed: an owner vouches for what it says."""
    ReturnedMail.objects.filter(pk=mail.pk, state=State.UNCLEAR).update(
        state=State.WAITING, tries=0, believed=believed
    )


def prune(now: datetime) -> None:
    """Let go of mails that nobody understood in time, or that are too many."""
    unclear = ReturnedMail.objects.filter(state=State.UNCLEAR)
    unclear.filter(received_at__lt=now - timedelta(days=settings.RETURNS_DAYS)).delete()
    for organisation in list(unclear.order_by().values_list("organisation", flat=True).distinct()):
        own = unclear.filter(organisation=organisation).order_by("-pk")
        oldest = own.values_list("pk", flat=True)[MOST_EACH : MOST_EACH + 1].first()
        if oldest:
            own.filter(pk__lte=oldest).delete()
