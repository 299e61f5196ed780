"""A file as audience: an import of participants into a group made for the send-out."""

from __future__ import annotations

from itertools import count
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sendout.accounts.models import User
from sendout.people.importing import import_now, request_import, store_upload
from sendout.people.models import Group, Import, ImportState
from sendout.sendouts import drafts
from sendout.sendouts.models import SendOut

AT_ONCE = 500_000  # bytes that are imported while the page waits; more is a worker's job


def take_file(sendout: SendOut, file: UploadedFile[bytes], member: User) -> Import:
    """Import the file's people and add their group to the audience.

    Raises BadTable, and keeps nothing, when it is no list of people; NotPossible when the
    send-out was started meanwhile.
    """
    name = free_group_name(sendout)
    stream = cast(BinaryIO, file)  # it reads like one
    upload = store_upload(
        sendout.organisation, file.name or "list", stream, user=member, group_name=name
    )
    with drafts.changing(sendout):
        sendout.groups.add(Group.objects.create(organisation=sendout.organisation, name=name))
    if (file.size or 0) <= AT_ONCE:
        import_now(upload, dry_run=False)
    else:
        request_import(upload)
    return upload


def free_group_name(sendout: SendOut) -> str:
    """Give the send-out's name, numbered if a group has it: no other group's people join in."""
    own = Group.objects.filter(organisation=sendout.organisation)
    names = (f"{sendout.name[:110]} ({n})" if n > 1 else sendout.name[:120] for n in count(1))
    return next(name for name in names if not own.filter(name=name).exists())


def files_of(sendout: SendOut) -> QuerySet[Import]:
    """Give the imports that fill groups of this send-out, since it was begun."""
    return Import.objects.filter(
        organisation=sendout.organisation,
        group_name__in=sendout.groups.values("name"),
        created_at__gte=sendout.created_at,
    ).order_by("-pk")


def unfinished(sendout: SendOut) -> str:
    """Say that a file is still on its way in; empty when none is."""
    for file in files_of(sendout):
        if file.state in (ImportState.UPLOADED, ImportState.RUNNING, ImportState.CHECKING):
            return _("“%(name)s” is still being imported: wait until that is done, then send.") % {
                "name": file.filename
            }
    return ""
