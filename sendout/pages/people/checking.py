"""An import on its way: checked, applied, reported."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_import, page_of
from sendout.pages.people.listing import csv_answer
from sendout.people.exporting import REPORT_COLUMNS, report_rows
from sendout.people.importing import request_check, request_import
from sendout.people.models import Import, ImportState


@member_of(Role.SENDER)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what an import would do, does, or did."""
    found = find_import(request, pk)
    if found.state == ImportState.UPLOADED:
        return redirect("pages:import_map", request.organisation.slug, pk)
    return render(request, "pages/people/import_check.html", _context(request, found))


@member_of(Role.SENDER)
def live(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the moving part alone."""
    context = _context(request, find_import(request, pk))
    return render(request, "pages/people/import_live.html", context)


def _context(request: MemberRequest, found: Import) -> dict[str, object]:
    told = found.lines.exclude(notes=[]).order_by("number")
    rows = found.counts.get("rows", 0)
    return {
        "organisation": request.organisation,
        "section": "participants",
        "upload": found,
        "counts": found.counts,
        "percent": min(100, 100 * found.done // rows) if rows else None,
        "page": None if found.moving else page_of(request, told),
        "is_new": found.state == ImportState.CHECKED,
        "does_something": any(found.counts.get(name) for name in ("created", "updated")),
    }


@member_of(Role.SENDER)
@require_POST
def run(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a checked import applied, or a failed one tried again from its check."""
    found = find_import(request, pk)
    if found.state == ImportState.CHECKED:
        request_import(found)
    elif found.state == ImportState.FAILED:
        request_check(found)
    return redirect("pages:import_check", request.organisation.slug, pk)


@member_of(Role.SENDER)
def report(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """Send the row-by-row report as CSV."""
    found = find_import(request, pk)
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in Path(found.filename).stem)
    return csv_answer(f"report-{name}.csv", REPORT_COLUMNS, report_rows(found))
