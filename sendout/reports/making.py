"""Make the files of a report: what every recipient's delivery is at this moment, signed."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils import timezone, translation

from sendout.core.table.pieces import pieces
from sendout.core.table.safe import csv_lines
from sendout.deliveries.filing import HEADER, lines_of
from sendout.deliveries.models import Delivery
from sendout.reports.asking import OUR_FAULT, fail
from sendout.reports.keys import signing_key
from sendout.reports.models import FileKind, Report, ReportPart, ReportState
from sendout.reports.signing import sign
from sendout.reports.writing import Rows, write
from sendout.senders.vault import CannotUnseal
from sendout.sendouts.models import SendOut

MAKING = ReportState.MAKING
CHANNEL, STATUS = HEADER.index("channel"), HEADER.index("status")

log = logging.getLogger(__name__)


def make(report_id: int) -> None:
    """Make what was asked for, safe to run again; whoever asked sees why when it fails."""
    found = Report.objects.select_related("sendout__message", "sendout__organisation")
    report = found.filter(pk=report_id, state=MAKING).first()
    if report is None:
        return
    try:
        with tempfile.TemporaryDirectory() as directory:
            _make(report, Path(directory))
    except CannotUnseal as error:
        fail(report_id, str(error))
    except Exception:
        log.exception("report %s failed", report_id)
        fail(report_id, OUR_FAULT)
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
        if not Report.objects.select_for_update().filter(pk=report.pk, state=MAKING).exists():
            return  # made already, by one whose worker had died
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
