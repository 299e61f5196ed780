"""Saving a message while somebody else may be writing it too: nothing is ever overwritten unseen.

Every save carries the version it began from. A save from an older version is refused with what
stands there now, and the writer chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from sendout.accounts.models import User
from sendout.compose.models import Message

WRITTEN = ("category", "subject", "body_format", "body", "sms_text", "sms_plain", "tracks")


class Conflict(Exception):
    """Somebody saved the message meanwhile. saved: what stands now; by, at: who and when."""

    def __init__(self, saved: Message) -> None:
        self.saved = saved
        self.by = str(saved.updated_by or "somebody who has left")
        self.at: datetime = saved.updated_at
        super().__init__(f"{self.by} saved this message while you were writing.")


def save(
    message: Message, written: Mapping[str, str | bool], *, version: int, member: User
) -> Message:
    """Save what was written, if nobody saved since this version; gives the message as saved.

    written: any of the fields in `WRITTEN`. One UPDATE decides, so of two at the same moment one
    wins. Raises Conflict for the other, who may save again with `Conflict.saved.version`.
    """
    changes = {name: written[name] for name in WRITTEN if name in written}
    won = Message.objects.filter(pk=message.pk, version=version).update(
        **changes, version=version + 1, updated_by=member, updated_at=timezone.now()
    )
    saved = Message.objects.select_related("updated_by").get(pk=message.pk)
    if not won and not all(getattr(saved, name) == text for name, text in changes.items()):
        raise Conflict(saved)
    return saved
