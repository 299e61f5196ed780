"""The box in the header of every page, and the page of its results."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.finding.found import find as find_all

AT_ONCE = 5  # of each kind, below the box
AT_A_TIME = 20  # on the page


@member_of(Role.VIEWER)
def find(request: MemberRequest) -> HttpResponse:
    """Show what fits; htmx gets the list below the box."""
    typed = request.GET.get("q", "").strip()[:200]
    below = "HX-Request" in request.headers
    context = {
        "organisation": request.organisation,
        "section": "find",
        "typed": typed,
        "kinds": find_all(request.organisation, typed, AT_ONCE if below else AT_A_TIME),
    }
    name = "below.html" if below else "page.html"
    return render(request, f"pages/finding/{name}", context)
