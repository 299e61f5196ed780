"""A schedule in a file: uploaded, looked at row by row, taken in."""

from __future__ import annotations

from typing import BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.schedule.layout import Part
from sendout.core.table.reader import BadTable
from sendout.pages.access import MemberRequest, member_of
from sendout.timetable.importing import keep_file, look, take
from sendout.timetable.models import ScheduleFile

SHOWN = 200  # problems on the page
SAMPLE = 8  # sessions shown as they were understood
PART_LABELS = {
    Part.ID: gettext_lazy("What it is known by"),
    Part.TITLE: gettext_lazy("Title"),
    Part.GROUP: gettext_lazy("Group"),
    Part.DATE: gettext_lazy("Day"),
    Part.STARTS: gettext_lazy("Begins"),
    Part.ENDS: gettext_lazy("Ends"),
    Part.PLACE: gettext_lazy("Place"),
    Part.STATUS: gettext_lazy("Cancelled or not"),
    Part.IGNORE: gettext_lazy("Left out"),
}


class ScheduleForm(forms.Form):
    """A schedule."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, a row for each session, with a row of headers."),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods"}),
    )


@member_of(Role.SENDER)
def upload(request: MemberRequest) -> HttpResponse:
    """Take a file and show what it would do."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ScheduleForm(data, files)
    if form.is_valid() and (kept := _keep(request, form)):
        return redirect("pages:schedule_check", request.organisation.slug, kept.pk)
    context = {"organisation": request.organisation, "section": "schedule", "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "pages/schedule/upload.html", context, status=status)


def _keep(request: MemberRequest, form: ScheduleForm) -> ScheduleFile | None:
    file = form.cleaned_data["file"]
    stream = cast(BinaryIO, file.file)
    try:
        return keep_file(request.organisation, file.name or "schedule", stream, request.user)
    except BadTable as bad:
        sentence = str(bad)
        form.add_error("file", f"{sentence[:1].upper()}{sentence[1:]}.")
        return None


def find_file(request: MemberRequest, pk: int) -> ScheduleFile:
    """Give the organisation's file with this id; raises Http404 for any other."""
    query = ScheduleFile.objects.select_related("organisation")
    return get_object_or_404(query, organisation=request.organisation, pk=pk)


@member_of(Role.SENDER)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what the file would do, row by row."""
    file = find_file(request, pk)
    report = look(file)
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "file": file,
        "counts": report.counts,
        "to_take": report.counts["created"] + report.counts["updated"],
        "columns": [(header, PART_LABELS[Part(part)]) for header, part in report.columns],
        "notes": report.notes,
        "problems": report.problems[:SHOWN],
        "more": max(0, len(report.problems) - SHOWN),
        "sample": report.sample[:SAMPLE],
    }
    return render(request, "pages/schedule/check.html", context)


@member_of(Role.SENDER)
@require_POST
def run(request: MemberRequest, pk: int) -> HttpResponse:
    """Do what the page showed."""
    counts = take(find_file(request, pk)).counts
    done = counts["created"] + counts["updated"]
    told = ngettext("%(count)d session was taken in.", "%(count)d sessions were taken in.", done)
    messages.success(request, told % {"count": done})
    return redirect("pages:sessions", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a file that was only looked at."""
    find_file(request, pk).delete()
    messages.success(request, _("The file was removed; nothing was imported."))
    return redirect("pages:sessions", request.organisation.slug)
