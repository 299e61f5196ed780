"""What was taken off the list: when, by whom and why."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.suppressions.listing import PAGE, Filters
from sendout.suppression.models import Lifted


@member_of(Role.VIEWER)
def history(request: MemberRequest) -> HttpResponse:
    """Show the entries that were lifted, the newest first; those of one address when searched."""
    filters = Filters.of(request.GET)
    lifted = Lifted.objects.filter(organisation=request.organisation)
    if filters.q:
        lifted = lifted.filter(address__contains=filters.q.lower())
    if filters.before:
        lifted = lifted.filter(pk__lt=filters.before)
    found = list(lifted.select_related("lifted_by").order_by("-pk")[: PAGE + 1])
    page, more = found[:PAGE], len(found) > PAGE
    asked = {"q": filters.q} if filters.q else {}
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "filters": filters,
        "lifted": page,
        "older": urlencode({**asked, "before": page[-1].pk}) if more else "",
        "first": urlencode(asked) if filters.before else None,
    }
    return render(request, "pages/suppressions/history.html", context)
