"""Import a list of entries: upload, check, apply, undo; each whole or not at all."""

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
from sendout.core.table.pieces import copy_bounded, pieces
from sendout.core.table.reader import BadTable, Table, open_table
from sendout.core.unsubscribes.rows import Terms
from sendout.core.unsubscribes.shape import Layout, Shape, lay_out, recognise
from sendout.suppression.import_steps import apply, plan, report, stage, undo, unstage
from sendout.suppression.models import ListImport, ListImportPart, ListImportState

TASK = "import_unsubscribes"
QUEUE = "people"  # of all files that come in
ONE_AT_A_TIME = 0x1A908  # class of the advisory lock; its object is the organisation
OUR_FAULT = "the import stopped because of a fault in Sendout; nothing was changed"
State = ListImportState

log = logging.getLogger(__name__)


class NotPossible(Exception):
    """This step is not possible now; the text is one sentence for the staff."""


def store_list(
    organisation: Organisation, filename: str, stream: BinaryIO, *, user: User | None = None
) -> ListImport:
    """Keep a file and guess what it is; raises BadTable, and keeps nothing, when it is no list."""
    with tempfile.TemporaryFile() as copy:
        copy_bounded(stream, copy, settings.IMPORT_BYTES)
        with transaction.atomic():
            upload = ListImport.objects.create(
                organisation=organisation, created_by=user, filename=filename[-200:]
            )
            for ordinal, content in enumerate(pieces(copy)):
                ListImportPart.objects.create(source=upload, ordinal=ordinal, content=content)
            table = open_table(copy)
            shape = recognise(table.headers)
            layout = lay_out(shape, table.headers, [row.cells for row in table.sample])
            table.close()
            upload.layout, upload.notes = layout.to_json(), table.notes
            upload.save(update_fields=["layout", "notes"])
    return upload


def take_for(upload: ListImport, shape: Shape) -> None:
    """Read the list as one of another shape than the guessed one; its columns are guessed anew."""
    with stored_list(upload) as table:
        layout = lay_out(shape, table.headers, [row.cells for row in table.sample])
    upload.layout = layout.to_json()
    upload.save(update_fields=["layout"])


@contextmanager
def stored_list(upload: ListImport) -> Iterator[Table]:
    """Open the kept file again."""
    with tempfile.TemporaryFile() as copy:
        for ordinal in range(upload.parts.count()):
            copy.write(upload.parts.get(ordinal=ordinal).content)
        table = open_table(copy)
        try:
            yield table
        finally:
            table.close()


def request_check(upload: ListImport) -> None:
    """Have a worker find out what the import would do."""
    _request(upload, State.CHECKING, (State.UPLOADED, State.CHECKED, State.FAILED))


def request_import(upload: ListImport) -> None:
    """Have a worker do the import; only what was checked."""
    _request(upload, State.RUNNING, (State.CHECKED,))


def request_undo(upload: ListImport, user: User | None) -> None:
    """Have a worker take the import back; raises NotPossible when it is not done, or undone."""
    if not _request(upload, State.UNDOING, (State.DONE,), undone_by=user):
        raise NotPossible(f"“{upload.filename}” cannot be undone: it is {_now(upload)}.")


def _now(upload: ListImport) -> str:
    return State(upload.state).label.rstrip(".").lower()


@transaction.atomic
def _request(upload: ListImport, state: State, after: tuple[State, ...], **changes: object) -> bool:
    """Note the wish and defer the job together; an import in any other state is left alone."""
    free = ListImport.objects.filter(pk=upload.pk, state__in=after)
    won = bool(free.update(state=state, done=0, error="", **changes))
    if won:
        app.configure_task(TASK, queue=QUEUE).defer(import_id=upload.pk)
    upload.refresh_from_db()
    return won


def import_now(upload: ListImport, *, dry_run: bool) -> None:
    """Check or apply an import here and now; the outcome is on the import, refreshed."""
    state = State.CHECKING if dry_run else State.RUNNING
    ListImport.objects.filter(pk=upload.pk).update(state=state)
    run_import(upload.pk)
    upload.refresh_from_db()


def undo_now(upload: ListImport, user: User | None = None) -> None:
    """Take an import back here and now; raises NotPossible when it is not done, or undone."""
    done = ListImport.objects.filter(pk=upload.pk, state=State.DONE)
    if not done.update(state=State.UNDOING, undone_by=user):
        raise NotPossible(f"“{upload.filename}” cannot be undone: it is {_now(upload)}.")
    run_import(upload.pk)
    upload.refresh_from_db()


def run_import(import_id: int) -> None:
    """Do what was asked of an import; the body of the job, safe to run again."""
    upload = ListImport.objects.select_related("organisation").filter(pk=import_id).first()
    if upload is None or not upload.moving:
        return
    try:
        _undo(upload) if upload.state == State.UNDOING else _import(upload)
    except BadTable as bad:
        _fail(upload, str(bad))
    except Exception:
        log.exception("import %s of unsubscribes failed", import_id)
        _fail(upload, OUR_FAULT)
        raise
    finally:
        unstage()


def _import(upload: ListImport) -> None:
    with stored_list(upload) as table:
        rows = stage(
            table.rows,
            Layout.from_json(upload.layout),
            _terms(upload),
            lambda done: _say_progress(upload, done),
        )
    with transaction.atomic():
        locked = _alone(upload)
        if locked is None:
            return
        plan(upload.organisation_id)
        if locked.state == State.RUNNING:
            apply(upload.organisation_id, upload.created_by_id)
            locked.parts.all().delete()
        locked.counts = report(upload.pk, rows)
        _end(locked, State.DONE if locked.state == State.RUNNING else State.CHECKED)


def _undo(upload: ListImport) -> None:
    with transaction.atomic():
        if locked := _alone(upload):
            locked.counts = {**locked.counts, **undo(upload.pk)}
            locked.undone_at = timezone.now()
            _end(locked, State.UNDONE)


def _alone(upload: ListImport) -> ListImport | None:
    """Wait until nobody else imports here; None when the import was done meanwhile."""
    with connection.cursor() as cursor:
        lock = [ONE_AT_A_TIME, upload.organisation_id]
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", lock)
    locked = ListImport.objects.select_for_update().get(pk=upload.pk)
    return locked if locked.state == upload.state else None


def _end(locked: ListImport, state: State) -> None:
    locked.state = state
    if state == State.DONE:
        locked.finished_at = timezone.now()
    locked.save(update_fields=["counts", "state", "finished_at", "undone_at"])


def _terms(upload: ListImport) -> Terms:
    organisation = upload.organisation
    return Terms(
        organisation.country,
        organisation.zone,
        timezone.now(),
        upload.reason,
        upload.category,
        upload.filename,
    )


def _say_progress(upload: ListImport, done: int) -> None:
    ListImport.objects.filter(pk=upload.pk).update(done=done)


def _fail(upload: ListImport, sentence: str) -> None:
    """Note why it failed; an undo that failed is what it was before: done."""
    state = State.DONE if upload.state == State.UNDOING else State.FAILED
    ListImport.objects.filter(pk=upload.pk).update(
        state=state, error=sentence, finished_at=timezone.now()
    )
