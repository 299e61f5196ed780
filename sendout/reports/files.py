"""The files of a report, kept in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sendout.reports.models import Report, ReportPart


def read(report: Report, kind: str) -> Iterator[bytes]:
    """Give a file of a report piece by piece."""
    parts = report.parts.filter(kind=kind).order_by("ordinal")
    for pk in list(parts.values_list("pk", flat=True)):
        yield bytes(ReportPart.objects.get(pk=pk).content)


def copy(report: Report, kind: str, target: BinaryIO) -> None:
    """Write a file of a report."""
    for content in read(report, kind):
        target.write(content)
