"""What stands in the form of the compose page becomes a draft, saved by hand or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from sendout.accounts.models import Organisation, User
from sendout.compose import editing
from sendout.compose.editing import NO_PAGE, Page
from sendout.compose.models import Message
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut


@dataclass(frozen=True, slots=True)
class Writing:
    """What a page asks to have saved.

    kept: fields of the send-out, its name and channels among them. said: as `editing.save` takes
    it. version: what the page began from.
    """

    kept: Mapping[str, Any]
    said: Mapping[str, str | bool]
    version: int
    page: Page = NO_PAGE

    @property
    def says_something(self) -> bool:
        """Whether anything was typed; what was only chosen is no draft yet."""
        said = {name: value for name, value in self.said.items() if isinstance(value, str)}
        return any(value.strip() for name, value in said.items() if _typed(name))


def _typed(name: str) -> bool:
    """Tell whether a field of the message is written in words, not chosen."""
    return not getattr(Message._meta.get_field(name), "choices", None)


def begin(organisation: Organisation, member: User, writing: Writing) -> SendOut:
    """Make the draft of a new page; a page that has begun one goes on with that.

    Raises Conflict and NotPossible as `save` does, for a draft that was begun already.
    """
    if sendout := begun(organisation, writing.page):
        save(sendout, member, writing)
        return sendout
    try:
        return _start(organisation, member, writing)
    except IntegrityError:  # two saves of one page at the same moment
        sendout = begun(organisation, writing.page)
        if sendout is None:
            raise
        save(sendout, member, writing)
        return sendout


def begun(organisation: Organisation, page: Page) -> SendOut | None:
    """Give the draft that was begun on this page."""
    if not page.key:
        return None
    own = SendOut.objects.select_related("message", "organisation")
    return own.filter(organisation=organisation, begun_on=page.key).first()


@transaction.atomic
def _start(organisation: Organisation, member: User, writing: Writing) -> SendOut:
    page = writing.page
    sendout = drafts.start(organisation, member, begun_on=page.key, **writing.kept)
    sendout.message = editing.save(
        sendout.message, writing.said, version=1, member=member, page=page
    )
    return sendout


def save(sendout: SendOut, member: User, writing: Writing) -> Message:
    """Store what was written; gives the message as saved.

    Raises Conflict when somebody else saved meanwhile, NotPossible when it is no draft any more.
    """
    with drafts.changing(sendout) as draft:
        saved = editing.save(
            draft.message,
            writing.said,
            version=writing.version,
            member=member,
            page=writing.page,
        )
        if not editing.overtaken(saved, writing.page):
            for name, value in writing.kept.items():
                setattr(draft, name, value)
            draft.save(update_fields=list(writing.kept))
        return saved
