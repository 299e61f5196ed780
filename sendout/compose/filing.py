"""Files that go along with a message as links: stored once, named for each message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from sendout.accounts.models import Organisation
from sendout.compose.models import FilePart, LinkedFile, Message, StoredFile
from sendout.core.files import BadFile, clean_name, kind_of, size_words

PIECE = 256 * 1024  # bytes of a part
MOST = 20  # files of a message


@transaction.atomic
def add_file(message: Message, name: str, stream: BinaryIO) -> LinkedFile:
    """Have a file go along with a message. Raises BadFile, and keeps nothing."""
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
    file = _store(message.organisation, stream, size)
    linked = LinkedFile.objects.create(
        organisation=message.organisation, message=message, file=file, name=name, kind=kind
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
