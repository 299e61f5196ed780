"""Ask for a report; it is a job, since ten thousand recipients take seconds."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from sendout.accounts.models import User
from sendout.reports.models import Report, ReportState
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut

TASK = "make_report"
QUEUE = "people"  # of all that takes seconds and is waited for
KEPT = 3  # reports of a send-out; whoever needs one for longer has downloaded it
OUR_FAULT = "The report could not be made because of a fault in Sendout; please try again."


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


def fail(report_id: int, sentence: str) -> None:
    """Say why a report could not be made; one that was made meanwhile stays."""
    Report.objects.filter(pk=report_id, state=ReportState.MAKING).update(
        state=ReportState.FAILED, error=sentence, finished_at=timezone.now()
    )
