"""The keys that sign reports, and the reports with their files."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sendout.accounts.models import Organisation
from sendout.sendouts.models import SendOut


class SigningKey(models.Model):
    """A key that signs an organisation's reports; the newest signs, all are known.

    certificate: self-signed, PEM. sealed: the private key, by `senders.vault`. fingerprint: SHA-256
    of the certificate, in hexadecimal digits.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="signing_keys")
    certificate = models.TextField()
    sealed = models.TextField()
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint


class ReportState(models.TextChoices):
    """How far a report has come."""

    MAKING = "making", "Being made..."
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Report(models.Model):
    """What became of a send-out at one moment, as a signed PDF and the same rows as CSV.

    recipients: rows in the files. csv_sha256: of the CSV, as the PDF says it.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="reports")
    sendout = models.ForeignKey(SendOut, models.CASCADE, related_name="reports")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    state = models.CharField(max_length=8, choices=ReportState, default=ReportState.MAKING)
    error = models.TextField(blank=True)
    recipients = models.PositiveIntegerField(default=0)
    csv_sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sendout_id} {self.created_at:%Y-%m-%d}"


class FileKind(models.TextChoices):
    """What a file of a report is."""

    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"


class ReportPart(models.Model):
    """A piece of a file, in the database because workers may be on other machines."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="parts", db_index=False)
    kind = models.CharField(max_length=3, choices=FileKind)
    ordinal = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind", "ordinal"], name="one_report_part_each"
            )
        ]
