"""Files that go along with a message: stored once, named for each message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet, Sum

from sendout.accounts.models import Organisation
from sendout.compose.models import FilePart, LinkedFile, Message, StoredFile
from sendout.core.files import BadFile, clean_name, kind_of, size_words

PIECE = 256 * 1024  # bytes of a part
MOST = 20  # files of a message


@transaction.atomic
def add_file(
    message: Message, name: str, stream: BinaryIO, *, attached: bool = False
) -> LinkedFile:
    """Have a file go along with a message. Raises BadFile, and keeps nothing.

    attached: inside the email; else as a link.
    """
    name = clean_name(name)
    if message.linked_files.count() >= MOST:
        raise BadFile(f"At most {MOST} files go along with a message: take another one away first.")
    size = stream.seek(0, 2)
    if size > settings.FILE_BYTES:
        most = size_words(settings.FILE_BYTES)
        raise BadFile(
            f"“{name}” has {size_words(size)}, and at most {most} go along: make it smaller."
        )
    kind = kind_of(name, stream)
    if attached:
        _check_room(message, name, size)
    file = _store(message.organisation, stream, size)
    linked = LinkedFile.objects.create(
        organisation=message.organisation,
        message=message,
        file=file,
        name=name,
        kind=kind,
        attached=attached,
    )
    _count_up(message)
    return linked


def _store(organisation: Organisation, stream: BinaryIO, size: int) -> StoredFile:
    """Keep what is in a file, unless the organisation has it already."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file, new = StoredFile.objects.get_or_create(
        organisation=organisation, digest=digest, defaults={"size": size}
    )
    if new:
        stream.seek(0)
        for ordinal, content in enumerate(iter(lambda: stream.read(PIECE), b"")):
            FilePart.objects.create(file=file, ordinal=ordinal, content=content)
    return file


def _check_room(message: Message, name: str, size: int) -> None:
    """Raise BadFile where an email would become too large with this file inside, too."""
    most, together = settings.ATTACHED_BYTES, attached_size(message) + size
    if together > most:
        raise BadFile(
            f"With “{name}” inside, the files of an email would have {size_words(together)}, and "
            f"at most {size_words(most)} go inside: send it as a link."
        )


@transaction.atomic
def choose(linked: LinkedFile, *, attached: bool) -> None:
    """Have a file go inside the email, or as a link. Raises BadFile where it is too large."""
    if linked.attached == attached:
        return
    if attached:
        _check_room(linked.message, linked.name, linked.file.size)
    linked.attached = attached
    linked.save(update_fields=["attached"])
    _count_up(linked.message)


@transaction.atomic
def take_away(linked: LinkedFile) -> None:
    """Have a file not go along any more; what no message needs is deleted."""
    linked.delete()
    _count_up(linked.message)
    StoredFile.objects.filter(pk=linked.file_id, links=None).delete()


def _count_up(message: Message) -> None:
    """Another version of the message, by the page that saved last: its text did not change."""
    Message.objects.filter(pk=message.pk).update(version=F("version") + 1)
    message.refresh_from_db(fields=["version"])


def files_of(message: Message) -> QuerySet[LinkedFile]:
    """Give the files of a message, in the order in which they were added."""
    own = LinkedFile.objects.filter(message=message.pk) if message.pk else LinkedFile.objects.none()
    return own.select_related("file").order_by("pk")


def links_of(message: Message) -> QuerySet[LinkedFile]:
    """Give the files that go along as links."""
    return files_of(message).filter(attached=False)


def attached_of(message: Message) -> QuerySet[LinkedFile]:
    """Give the files that go inside the email."""
    return files_of(message).filter(attached=True)


def attached_size(message: Message) -> int:
    """Give the bytes of all files that go inside the email."""
    return attached_of(message).aggregate(all=Sum("file__size"))["all"] or 0


def copy_files(message: Message, copied: Message) -> None:
    """Have the same files go along with a copy of a message."""
    LinkedFile.objects.bulk_create(
        LinkedFile(
            organisation=copied.organisation,
            message=copied,
            file=linked.file,
            name=linked.name,
            kind=linked.kind,
            days=linked.days,
            attached=linked.attached,
        )
        for linked in files_of(message)
    )


@transaction.atomic
def delete_message(message: Message) -> None:
    """Delete a message, and the files that no other one needs."""
    stored = list(files_of(message).values_list("file_id", flat=True))
    message.delete()
    StoredFile.objects.filter(pk__in=stored, links=None).delete()


def pieces(file: StoredFile) -> Iterator[bytes]:
    """Give what is in a file, a piece at a time, so that memory stays flat."""
    for ordinal in range(-(-file.size // PIECE)):
        yield bytes(FilePart.objects.get(file=file, ordinal=ordinal).content)
