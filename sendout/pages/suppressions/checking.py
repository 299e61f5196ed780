"""A list on its way in: what it would change, what it changed, what an undo put back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.safe import csv_lines
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.suppressions.imports import AT_A_TIME, SHAPE_LABELS, find_list
from sendout.pages.suppressions.shown import CATEGORIES
from sendout.suppression.importing import request_check, request_import
from sendout.suppression.models import (
    ListImport,
    ListImportLine,
    ListImportState,
    ListOutcome,
    Reason,
)
from sendout.wording.said import sentence

State = ListImportState
UNDONE_LABELS = {
    "removed": gettext_lazy("Taken off"),
    "restored": gettext_lazy("Put back"),
    "kept": gettext_lazy("Left as it is"),
}
REPORT_COLUMNS = ("row", "channel", "address", "outcome", "before", "after", "stopped", "remarks")
LABELS = dict(Reason.choices)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One row of the file: what stood before, what stands after it, and what there is to say."""

    line: ListImportLine
    before: str
    after: str
    outcome: str

    @property
    def stopped(self) -> str:
        """What the entry stops."""
        return str(CATEGORIES.get(self.line.category, self.line.category)) if self.after else ""

    @property
    def remarks(self) -> list[str]:
        """What was put right, left out or is worth knowing."""
        return [(sentence(note["reason"])) for note in self.line.notes]


def shown_line(line: ListImportLine) -> ShownLine:
    """Say in words what became of a row."""
    before = LABELS.get(line.before["reason"], "") if line.before else ""
    after = LABELS.get(line.reason, "") if line.outcome in ("added", "raised") else ""
    outcome = str(UNDONE_LABELS.get(line.undone) or ListOutcome(line.outcome).label)
    return ShownLine(line, str(before), str(after), outcome)


@member_of(Role.SENDER)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what an import would do, does, or did."""
    found = find_list(request, pk)
    if found.state == State.UPLOADED:
        return redirect("pages:list_read", request.organisation.slug, pk)
    return render(request, "pages/suppressions/import_check.html", _context(request, found))


@member_of(Role.SENDER)
def live(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the moving part alone."""
    context = _context(request, find_list(request, pk))
    return render(request, "pages/suppressions/import_live.html", context)


def _context(request: MemberRequest, found: ListImport) -> dict[str, object]:
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in ListOutcome.values else ""
    page = None if found.moving else _page(request, found, outcome)
    return {
        "organisation": request.organisation,
        "section": "suppressions",
        "upload": found,
        "shape": SHAPE_LABELS.get(found.layout.get("shape"), ""),
        "counts": found.counts,
        "outcomes": [(o.value, o.label, found.counts.get(o.value, 0)) for o in ListOutcome],
        "outcome": outcome,
        "query": f"{urlencode({'outcome': outcome})}&" if outcome else "",
        "page": page,
        "lines": [shown_line(line) for line in page or ()],
        "is_new": found.state == State.CHECKED,
        "changes": found.counts.get("added", 0) + found.counts.get("raised", 0),
    }


def _page(request: MemberRequest, found: ListImport, outcome: str) -> Page[ListImportLine]:
    lines = found.lines.order_by("number", "channel")
    chosen = lines.filter(outcome=outcome) if outcome else lines
    return Paginator(chosen, AT_A_TIME).get_page(request.GET.get("page"))


@member_of(Role.SENDER)
@require_POST
def run(request: MemberRequest, pk: int) -> HttpResponse:
    """Have a checked list imported, or a failed one checked again."""
    found = find_list(request, pk)
    if found.state == State.CHECKED:
        request_import(found)
    elif found.state == State.FAILED:
        request_check(found)
    return redirect("pages:list_check", request.organisation.slug, pk)


@member_of(Role.SENDER)
def report(request: MemberRequest, pk: int) -> StreamingHttpResponse:
    """Send the row-by-row report as CSV."""
    found = find_list(request, pk)
    lines = found.lines.order_by("number", "channel").iterator(2000)
    cells = (_cells(shown_line(line)) for line in lines)
    answer = StreamingHttpResponse(
        csv_lines(chain([REPORT_COLUMNS], cells), for_excel=True),
        content_type="text/csv; charset=utf-8",
    )
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in Path(found.filename).stem)
    answer["Content-Disposition"] = f'attachment; filename="report-{name}.csv"'
    return answer


def _cells(shown: ShownLine) -> tuple[object, ...]:
    line = shown.line
    what = (line.number, line.channel, line.address, shown.outcome)
    return (*what, shown.before, shown.after, shown.stopped, " ".join(shown.remarks))
