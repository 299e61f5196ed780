"""Fetch what came into the mailboxes; a mail is kept and committed before it is deleted there."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sendout.core.mailboxes.session import MailboxTrouble, Session
from sendout.returns.entering import note_success, note_trouble, open_mailbox
from sendout.returns.keeping import KEPT_BYTES, keep
from sendout.returns.models import Mailbox

logger = logging.getLogger(__name__)

SLICE = 50  # mails that are kept in one transaction, and then deleted at once
LONGEST = 240.0  # seconds of one look; the rest waits for the next


def due(now: datetime) -> list[int]:
    """Give the mailboxes that should be looked into."""
    waiting = Mailbox.objects.filter(Q(look_at=None) | Q(look_at__lte=now), active=True)
    return list(waiting.order_by("look_at", "pk").values_list("pk", flat=True))


def look(pk: int) -> int:
    """Fetch what is in a mailbox, note how that went, and give how many mails it was. Blocks."""
    mailbox = Mailbox.objects.select_related("organisation").filter(pk=pk, active=True).first()
    if mailbox is None:
        return 0
    try:
        done = fetch(mailbox)
    except MailboxTrouble as trouble:
        logger.warning("mailbox %s cannot be read: %s", pk, trouble)
        note_trouble(mailbox, trouble, timezone.now())
        return 0
    note_success(mailbox, timezone.now())
    return done


def fetch(mailbox: Mailbox) -> int:
    """Keep the mails of a mailbox, slice by slice. Raises MailboxTrouble."""
    session = open_mailbox(mailbox)
    end, done = time.monotonic() + LONGEST, 0
    try:
        while time.monotonic() < end and (names := session.names(mailbox.mark, SLICE)):
            done += take(mailbox, session, names, end)
    finally:
        session.close()
    return done


def take(mailbox: Mailbox, session: Session, names: list[str], end: float) -> int:
    """Keep these mails, commit, and only then have them deleted or go on behind them.

    end: when to read no more of them, by the monotonic clock. Gives how many were taken.
    """
    mails = []
    for name in names:
        mails.append(session.read(name, KEPT_BYTES))
        if time.monotonic() > end:
            break
    names = names[: len(mails)]
    leaves = mailbox.config.get("afterwards") == "leave"
    if leaves:
        mailbox.mark = session.mark(names[-1])
    with transaction.atomic():
        for raw in filter(None, mails):
            keep(raw, mailbox.kind, organisation=mailbox.organisation, mailbox=mailbox)
        if leaves:
            Mailbox.objects.filter(pk=mailbox.pk).update(mark=mailbox.mark)
    if not leaves:
        session.remove(names)
    return len(names)
