"""The signed report of a send-out: ask for it, wait for it, fetch its files."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.listing import find_one
from sendout.reports.asking import ask
from sendout.reports.files import read
from sendout.reports.keys import keys_of
from sendout.reports.models import FileKind, Report, ReportState
from sendout.sendouts.lifecycle import NotPossible

TYPES = {FileKind.PDF: "application/pdf", FileKind.CSV: "text/csv; charset=utf-8"}


@member_of(Role.VIEWER)
def signed(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the reports there are, and make another one when that is asked; htmx gets the list."""
    sendout = find_one(request, pk)
    if request.method == "POST":
        try:
            ask(sendout, request.user)
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        return redirect("pages:signed_report", request.organisation.slug, pk)
    reports = Report.objects.filter(sendout=sendout).select_related("created_by").order_by("-pk")
    context = {
        "organisation": request.organisation,
        "section": "messages",
        "sendout": sendout,
        "reports": reports,
        "making": any(report.state == ReportState.MAKING for report in reports),
        "keys": keys_of(request.organisation),
    }
    name = "rows.html" if "HX-Request" in request.headers else "page.html"
    return render(request, f"pages/signed_report/{name}", context)


@member_of(Role.VIEWER)
def file(request: MemberRequest, pk: int, report: int, kind: str) -> StreamingHttpResponse:
    """Give a file of a report."""
    own = Report.objects.filter(organisation=request.organisation, sendout=pk)
    found = get_object_or_404(own, pk=report, state=ReportState.READY)
    if kind not in FileKind.values:
        raise Http404("A report has no such file.")
    answer = StreamingHttpResponse(read(found, kind), content_type=TYPES[FileKind(kind)])
    name = f"report-{pk}-{found.pk}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
