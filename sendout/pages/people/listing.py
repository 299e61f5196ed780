"""The list of participants: searched, filtered, exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from sendout.accounts.models import Language, Role
from sendout.core.table.safe import csv_lines
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import page_of
from sendout.people.exporting import participant_rows
from sendout.people.models import Group, Participant
from sendout.people.search import Reach, search

FILTERS = ("q", "group", "language", "reach")


@member_of(Role.VIEWER)
def participants(request: MemberRequest) -> HttpResponse:
    """Show the participants, searched and filtered."""
    return render(request, "pages/people/participants.html", _context(request))


@member_of(Role.VIEWER)
def rows(request: MemberRequest) -> HttpResponse:
    """Show the rows alone, for a search that is typed."""
    return render(request, "pages/people/participants_rows.html", _context(request))


@member_of(Role.VIEWER)
def export(request: MemberRequest) -> StreamingHttpResponse:
    """Send the participants of the search as CSV."""
    header, people = participant_rows(request.organisation, _found(request, _filters(request)))
    return csv_answer(f"{request.organisation.slug}-participants.csv", header, people)


def csv_answer(
    name: str, header: list[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Send rows as a CSV file that spreadsheets open with its accents right."""
    lines = csv_lines(chain([header], rows), for_excel=True)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:200] for name in FILTERS}


def _found(request: MemberRequest, filters: Mapping[str, str]) -> QuerySet[Participant]:
    group = filters["group"]
    return search(
        request.organisation,
        filters["q"],
        group=int(group) if group.isascii() and group.isdigit() and len(group) < 19 else None,
        language=filters["language"],
        reach=filters["reach"],
    )


def _context(request: MemberRequest) -> dict[str, object]:
    filters = _filters(request)
    query = urlencode({name: value for name, value in filters.items() if value})
    page = page_of(request, _found(request, filters).prefetch_related("groups"))
    return {
        "organisation": request.organisation,
        "section": "participants",
        "may_edit": request.membership.may(Role.SENDER),
        "filters": filters,
        "filtered": bool(query),
        "query": f"{query}&" if query else "",
        "page": page,
        "total": page.paginator.count,
        "groups": Group.objects.filter(organisation=request.organisation).order_by("name"),
        "languages": Language.choices,
        "reaches": Reach.choices,
    }
