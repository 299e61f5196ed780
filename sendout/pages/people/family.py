"""The family of a participant: who is in it, joined and parted by the staff."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_participant
from sendout.pages.people.members import FOUND, named
from sendout.people import families
from sendout.people.search import search


@member_of(Role.SENDER)
def find(request: MemberRequest, pk: int) -> HttpResponse:
    """Offer participants who are not in the family yet."""
    person = find_participant(request, pk)
    words = request.GET.get("q", "").strip()[:200]
    known = [person.pk, *(each.pk for each in families.family_of(person))]
    found = search(request.organisation, words).exclude(pk__in=known) if words else None
    context = {
        "organisation": request.organisation,
        "person": person,
        "words": words,
        "found": found[:FOUND] if found is not None else [],
    }
    return render(request, "pages/people/family_found.html", context)


@member_of(Role.SENDER)
@require_POST
def join(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that two are family."""
    person, other = find_participant(request, pk), named(request)
    families.join(person, other)
    said = _("%(one)s and %(other)s are one family now.") % {"one": person, "other": other}
    messages.success(request, said)
    return redirect("pages:participant", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def part(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that somebody belongs to no family, whatever they share."""
    person, other = find_participant(request, pk), named(request)
    families.part(other)
    messages.success(request, _("%(who)s is in no family now.") % {"who": other})
    return redirect("pages:participant", request.organisation.slug, person.pk)
