"""Who is in a group."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_group, find_participant
from sendout.people.models import Participant
from sendout.people.search import search

FOUND = 10  # people offered


@member_of(Role.SENDER)
def find(request: MemberRequest, pk: int) -> HttpResponse:
    """Offer participants who are not in the group yet."""
    group = find_group(request, pk)
    words = request.GET.get("q", "").strip()[:200]
    found = search(request.organisation, words).exclude(groups=group) if words else None
    context = {
        "organisation": request.organisation,
        "group": group,
        "words": words,
        "found": found[:FOUND] if found is not None else [],
    }
    return render(request, "pages/people/group_found.html", context)


@member_of(Role.SENDER)
@require_POST
def add(request: MemberRequest, pk: int) -> HttpResponse:
    """Put a participant in the group."""
    group, person = find_group(request, pk), named(request)
    group.participants.add(person)
    messages.success(request, _("%(person)s is in the group now.") % {"person": person})
    return redirect("pages:group", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a participant out of the group."""
    group, person = find_group(request, pk), named(request)
    group.participants.remove(person)
    messages.success(request, _("%(person)s is not in the group any more.") % {"person": person})
    return redirect("pages:group", request.organisation.slug, pk)


def named(request: MemberRequest) -> Participant:
    """Give the participant whose id was posted; raises Http404 for anything else."""
    posted = request.POST.get("participant", "")
    if not (posted.isascii() and posted.isdigit() and len(posted) < 19):
        raise Http404("No such participant.")
    return find_participant(request, int(posted))
