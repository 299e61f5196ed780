"""Ask for a report, and make it: a job, since ten thousand recipients take seconds."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from sendout.accounts.models import User
from sendout.core.table.pieces import pieces
from sendout.core.table.safe import csv_lines
from sendout.deliveries.filing import HEADER, lines_of
from sendout.deliveries.models import Delivery
from sendout.reports.keys import signing_key
from sendout.reports.models import FileKind, Report, ReportPart, ReportState
from sendout.reports.signing import sign
from sendout.reports.writing import Rows, write
from sendout.senders.vault import CannotUnseal
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut

TASK = "make_report"
QUEUE = "people"  # of all that takes seconds and is waited for
KEPT = 3  # reports of a send-out; whoever needs one for longer has downloaded it
OUR_FAULT = "The report could not be made because of a fault in Sendout; please try again."
CHANNEL, STATUS = HEADER.index("channel"), HEADER.index("status")

log = logging.getLogger(__name__)


@transaction.atomic
def ask(sendout: SendOut, member: User | None) -> Report:
    """Have a worker make a report of a send-out; what is being made already is not made twice.

    Raises NotPossible when nothing of it has left yet.
    """
    SendOut.objects.select_for_update(of=("self",)).get(pk=sendout.pk)
    if sendout.started_at is None:
        raise NotPossible("There is nothing to report: this message has not been sent yet.")
    reports = Report.objects.filter(sendout=sendout).order_by("-pk")
    if waiting := reports.filter(state=ReportState.MAKING).first():
        return waiting
    made = Report.objects.create(
        organisation_id=sendout.organisation_id, sendout=sendout, created_by=member
    )
    old = reports.values_list("pk", flat=True)[KEPT:]
    Report.objects.filter(pk__in=list(old)).delete()
    app.configure_task(TASK, queue=QUEUE).defer(report_id=made.pk)
    return made


def run_report(report_id: int) -> None:
    """Make what was asked for; the body of the job, safe to run again."""
    found = Report.objects.select_related("sendout__message", "sendout__organisation")
    report = found.filter(pk=report_id, state=ReportState.MAKING).first()
    if report is None:
        return
    try:
        with tempfile.TemporaryDirectory() as directory:
            _make(report, Path(directory))
    except CannotUnseal as error:
        _fail(report, str(error))
    except Exception:
        log.exception("report %s failed", report_id)
        _fail(report, OUR_FAULT)
        raise


def _make(report: Report, directory: Path) -> None:
    sendout, organisation = report.sendout, report.sendout.organisation
    rows = _write_csv(sendout, directory / "rows.csv")
    key = signing_key(organisation)
    now = timezone.now().astimezone(organisation.zone)
    plain, signed = directory / "plain.pdf", directory / "signed.pdf"
    with translation.override(organisation.language):
        with plain.open("wb") as file:
            write(sendout, rows, now, key.fingerprint, file)
        reason = translation.gettext("Report of a message by %(name)s")
    with plain.open("rb") as file, signed.open("w+b") as target:
        sign(file, key, reason % {"name": organisation.name}, target)
    report.state, report.recipients = ReportState.READY, rows.total
    report.csv_sha256, report.fingerprint = rows.sha256, key.fingerprint
    report.finished_at = timezone.now()
    with transaction.atomic():
        _keep(report, FileKind.CSV, rows.path)
        _keep(report, FileKind.PDF, signed)
        report.save()


def _write_csv(sendout: SendOut, path: Path) -> Rows:
    """Write every recipient as it is at this moment, and count them."""
    counts: Counter[tuple[str, str]] = Counter()
    digest = hashlib.sha256()

    def counted() -> Iterator[list[object]]:
        lines = lines_of(Delivery.objects.filter(sendout=sendout), sendout.organisation.zone)
        yield next(lines)
        for line in lines:
            counts[str(line[CHANNEL]), str(line[STATUS])] += 1
            yield line

    with path.open("wb") as file:
        for text in csv_lines(counted(), for_excel=True):
            data = text.encode()
            digest.update(data)
            file.write(data)
    return Rows(path, counts, digest.hexdigest())


def _keep(report: Report, kind: FileKind, path: Path) -> None:
    with path.open("rb") as file:
        for ordinal, content in enumerate(pieces(file)):
            ReportPart.objects.create(report=report, kind=kind, ordinal=ordinal, content=content)


def read(report: Report, kind: str) -> Iterator[bytes]:
    """Give a file of a report piece by piece."""
    parts = report.parts.filter(kind=kind).order_by("ordinal")
    for pk in list(parts.values_list("pk", flat=True)):
        yield bytes(ReportPart.objects.get(pk=pk).content)


def copy(report: Report, kind: str, target: BinaryIO) -> None:
    """Write a file of a report."""
    for content in read(report, kind):
        target.write(content)


def _fail(report: Report, sentence: str) -> None:
    Report.objects.filter(pk=report.pk).update(
        state=ReportState.FAILED, error=sentence, finished_at=timezone.now()
    )
