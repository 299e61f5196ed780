"""Import a file of participants: upload, check, apply; each whole or not at all."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from sendout.accounts.models import Organisation, User
from sendout.core.table.headers import Mapping, guess_mapping
from sendout.core.table.pieces import copy_bounded, pieces
from sendout.core.table.reader import BadTable, Table, open_table
from sendout.core.table.rows import LONGEST_NAME
from sendout.people.import_apply import apply, report
from sendout.people.import_plan import plan
from sendout.people.import_stage import stage, unstage
from sendout.people.models import Import, ImportPart, ImportState

ONE_AT_A_TIME = 0x1A907  # class of the advisory lock; its object is the organisation
OUR_FAULT = "the import stopped because of a fault in Sendout; nothing was imported"

log = logging.getLogger(__name__)


def store_upload(
    organisation: Organisation,
    filename: str,
    stream: BinaryIO,
    *,
    user: User | None = None,
    group_name: str = "",
) -> Import:
    """Keep a file and guess its columns; raises BadTable, and keeps nothing, when it is no list."""
    with tempfile.TemporaryFile() as copy:
        copy_bounded(stream, copy, settings.IMPORT_BYTES)
        with transaction.atomic():
            upload = Import.objects.create(
                organisation=organisation,
                created_by=user,
                filename=filename[-200:],
                group_name=" ".join(group_name.split())[:LONGEST_NAME],
            )
            _store_parts(upload, copy)
            table = open_table(copy)
            mapping = guess_mapping(table.headers, [row.cells for row in table.sample])
            table.close()
            upload.mapping, upload.notes = mapping.to_json(), table.notes
            upload.save(update_fields=["mapping", "notes"])
    return upload


def _store_parts(upload: Import, copy: BinaryIO) -> None:
    for ordinal, content in enumerate(pieces(copy)):
        ImportPart.objects.create(source=upload, ordinal=ordinal, content=content)


@contextmanager
def stored_table(upload: Import) -> Iterator[Table]:
    """Open the kept file again."""
    with tempfile.TemporaryFile() as copy:
        for ordinal in range(upload.parts.count()):
            copy.write(upload.parts.get(ordinal=ordinal).content)
        table = open_table(copy)
        try:
            yield table
        finally:
            table.close()


def request_check(upload: Import) -> None:
    """Have a worker find out what the import would do."""
    _request(upload, ImportState.CHECKING)


def request_import(upload: Import) -> None:
    """Have a worker do the import."""
    _request(upload, ImportState.RUNNING)


@transaction.atomic
def _request(upload: Import, state: ImportState) -> None:
    """Note the wish and defer the job together; an import at work or done is left alone."""
    free = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)
    if Import.objects.filter(pk=upload.pk, state__in=free).update(state=state, done=0, error=""):
        app.configure_task("import_people", queue="people").defer(import_id=upload.pk)
    upload.refresh_from_db()


def run_import(import_id: int) -> None:
    """Do what was asked of an import, check or apply; the body of the job, safe to run again."""
    upload = Import.objects.select_related("organisation").get(pk=import_id)
    if not upload.moving:
        return
    try:
        _run(upload)
    except BadTable as bad:
        _fail(upload, str(bad))
    except Exception:
        log.exception("import %s failed", import_id)
        _fail(upload, OUR_FAULT)
        raise
    finally:
        unstage()


def import_now(upload: Import, *, dry_run: bool) -> None:
    """Check or apply an import here and now; the outcome is on the import, refreshed."""
    state = ImportState.CHECKING if dry_run else ImportState.RUNNING
    Import.objects.filter(pk=upload.pk).update(state=state)
    run_import(upload.pk)
    upload.refresh_from_db()


def _run(upload: Import) -> None:
    organisation = upload.organisation
    with stored_table(upload) as table:
        mapping = Mapping.from_json(upload.mapping)
        stage(
            table.rows,
            mapping,
            organisation.country,
            organisation.language,
            lambda done: _say_progress(upload, done),
        )
    with transaction.atomic():
        _finish(upload, organisation)


def _say_progress(upload: Import, done: int) -> None:
    Import.objects.filter(pk=upload.pk).update(done=done)


def _finish(upload: Import, organisation: Organisation) -> None:
    """Plan, and apply unless it is a check, alone in the organisation and in one transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ONE_AT_A_TIME, organisation.pk])
    locked = Import.objects.select_for_update().get(pk=upload.pk)
    if locked.state != upload.state:
        return
    locked.counts = plan(organisation.pk, locked.group_name)
    if locked.state == ImportState.RUNNING:
        apply(organisation.pk, organisation.language)
        locked.parts.all().delete()
        locked.state, locked.finished_at = ImportState.DONE, timezone.now()
    else:
        locked.state = ImportState.CHECKED
    report(locked.pk)
    locked.save(update_fields=["counts", "state", "finished_at"])


def _fail(upload: Import, sentence: str) -> None:
    Import.objects.filter(pk=upload.pk).update(
        state=ImportState.FAILED, error=sentence, finished_at=timezone.now()
    )
