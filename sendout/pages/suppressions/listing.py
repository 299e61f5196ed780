"""The list with its filters, and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.core.table.safe import csv_lines
from sendout.pages.access import MemberRequest, member_of
from sendout.senders.models import Channel
from sendout.suppression.models import Reason, Suppression

PAGE = 50
CATEGORIES = {"": "Everything", "marketing": "Marketing", "operational": "Operational"}
COLUMNS = ("channel", "address", "stopped", "reason", "evidence", "since", "added by")


@member_of(Role.VIEWER)
def suppressions(request: MemberRequest) -> HttpResponse:
    """Show the list; htmx gets the rows alone."""
    filters = {name: request.GET.get(name, "").strip() for name in ("q", "channel", "reason")}
    found = filtered(request, request.GET)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = urlencode({name: value for name, value in filters.items() if value})
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "may_edit": request.membership.may(Role.SENDER),
        "filters": filters,
        "channels": Channel.choices,
        "reasons": Reason.choices,
        "page": page,
        "rows": [(entry, CATEGORIES.get(entry.category, entry.category)) for entry in page],
        "total": page.paginator.count,
        "query": f"{kept}&" if kept else "",
        "kept": kept,
    }
    name = "rows.html" if "HX-Request" in request.headers else "list.html"
    return render(request, f"pages/suppressions/{name}", context)


def filtered(request: MemberRequest, asked: QueryDict) -> QuerySet[Suppression]:
    """Give the organisation's entries that fit the filters, newest first."""
    found = Suppression.objects.filter(organisation=request.organisation)
    if q := asked.get("q", "").strip():
        found = found.filter(address__icontains=q)
    if channel := asked.get("channel"):
        found = found.filter(channel=channel)
    if reason := asked.get("reason"):
        found = found.filter(reason=reason)
    return found.select_related("created_by").order_by("-created_at", "-pk")


@member_of(Role.VIEWER)
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Give what the filters show as CSV that is safe to open in a spreadsheet."""
    lines = csv_lines(table(filtered(request, request.GET)), for_excel=True)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"unsubscribes-{request.organisation.slug}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def table(entries: QuerySet[Suppression]) -> Iterator[tuple[object, ...]]:
    """Give the header and one row for each entry; times in UTC."""
    yield COLUMNS
    for entry in entries.iterator(chunk_size=2000):
        yield (
            entry.channel,
            entry.address,
            CATEGORIES.get(entry.category, entry.category).lower(),
            entry.get_reason_display(),
            entry.evidence,
            f"{entry.created_at:%Y-%m-%dT%H:%M:%SZ}",
            entry.created_by,
        )
