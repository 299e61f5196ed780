"""Rows by the id in the address, and lists cut into pages; others' rows are not found."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from sendout.pages.access import MemberRequest
from sendout.people.models import Group, Import, Participant

AT_A_TIME = 50  # rows of a list on one page
M = TypeVar("M", bound=Model)


def find_participant(request: MemberRequest, pk: int) -> Participant:
    """Give the organisation's participant with this id; raises Http404 for any other."""
    return get_object_or_404(Participant, organisation=request.organisation, pk=pk)


def find_group(request: MemberRequest, pk: int) -> Group:
    """Give the organisation's group with this id; raises Http404 for any other."""
    return get_object_or_404(Group, organisation=request.organisation, pk=pk)


def find_import(request: MemberRequest, pk: int) -> Import:
    """Give the organisation's import with this id; raises Http404 for any other."""
    return get_object_or_404(Import, organisation=request.organisation, pk=pk)


def page_of(request: MemberRequest, rows: QuerySet[M]) -> Page[M]:
    """Give the page of the list that the parameter `page` names, or the nearest there is.

    Later ones by their ids, for which an index is enough: whole rows would be sorted up to there.
    """
    page = Paginator(rows, AT_A_TIME).get_page(request.GET.get("page"))
    if page.has_previous():
        these = rows.values_list("pk", flat=True)[page.start_index() - 1 : page.end_index()]
        page.object_list = rows.filter(pk__in=list(these))
    return page
