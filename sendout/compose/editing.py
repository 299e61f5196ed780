"""Saving a message while somebody else may be writing it too: nothing is ever overwritten unseen.

Every save carries the version it began from. A save from an older version is refused with what
stands there now, and the writer chooses.

A page that saves by itself may never hear the answer to a save (the network was gone), and the last
one it asks for, when it is closed, may overtake the one before. So a page has a key, and numbers
its saves: it is never in conflict with itself, and an older save of its own changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils import timezone

from sendout.accounts.models import User
from sendout.compose.models import Message

WRITTEN = (
    "category", "subject", "body_format", "body", "blocks", "sms_text", "sms_plain", "tracks",
    "other_language", "other_subject", "other_body", "other_sms_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page on which somebody writes. key: its own; turn: how many saves it has asked for."""

    key: str
    turn: int


NO_PAGE = Page("", 0)


class Conflict(Exception):
    """Somebody saved the message meanwhile. saved: what stands now; by, at: who and when."""

    def __init__(self, saved: Message) -> None:
        self.saved = saved
        self.by = str(saved.updated_by or "somebody who has left")
        self.at: datetime = saved.updated_at
        super().__init__(f"{self.by} saved this message while you were writing.")


def save(
    message: Message,
    written: Mapping[str, object],
    *,
    version: int,
    member: User,
    page: Page = NO_PAGE,
) -> Message:
    """Save what was written, if nobody saved since this version; gives the message as saved.

    written: any of the fields in `WRITTEN`. One UPDATE decides, so of two at the same moment one
    wins. Raises Conflict for the other, who may save again with `Conflict.saved.version`.
    """
    changes = {name: written[name] for name in WRITTEN if name in written}
    nothing_unseen = Q(version=version)
    if page.key:
        nothing_unseen |= Q(page=page.key, page_turn__lt=page.turn)
    won = Message.objects.filter(nothing_unseen, pk=message.pk).update(
        **changes,
        version=F("version") + 1,
        page=page.key,
        page_turn=page.turn,
        updated_by=member,
        updated_at=timezone.now(),
    )
    saved = Message.objects.select_related("updated_by").get(pk=message.pk)
    if not won and not overtaken(saved, page) and not _says(saved, changes):
        raise Conflict(saved)
    return saved


def overtaken(saved: Message, page: Page) -> bool:
    """Tell whether the page has saved something newer already."""
    return bool(page.key) and saved.page == page.key and saved.page_turn > page.turn


def _says(saved: Message, changes: Mapping[str, object]) -> bool:
    return all(getattr(saved, name) == text for name, text in changes.items())
