"""The same words as a message of their own, which can be changed without changing the first."""

from __future__ import annotations

from sendout.accounts.models import User
from sendout.compose.filing import copy_files
from sendout.compose.models import Message

# What is about the row and not said by it; every other field is copied, those to come too, unless
# the database makes it of the others.
OF_THE_ROW = frozenset(
    {"id", "organisation", "version", "page", "page_turn", "updated_by", "created_at", "updated_at"}
)


def content_of(message: Message) -> dict[str, object]:
    """Give all that a message says, by the name of its field."""
    names = [field.name for field in Message._meta.concrete_fields if not field.generated]
    return {name: getattr(message, name) for name in names if name not in OF_THE_ROW}


def copy_message(message: Message, member: User | None) -> Message:
    """Make a message that says the same, with the same files."""
    copied = Message.objects.create(
        organisation=message.organisation, updated_by=member, **content_of(message)
    )
    copy_files(message, copied)
    return copied
