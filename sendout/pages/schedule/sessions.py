"""The sessions to come, and one of them: called off here, whatever its calendar says."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import page_of
from sendout.series.telling import is_told_otherwise, reminded, reminders, tell
from sendout.timetable.models import Calendar, Session


@member_of(Role.VIEWER)
def sessions(request: MemberRequest) -> HttpResponse:
    """Show the sessions from today on, or what went before, searched by words."""
    words = " ".join(request.GET.get("q", "").split())
    past = request.GET.get("when") == "past"
    own = request.organisation.sessions.all()
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = own.filter(starts__lt=today) if past else own.filter(starts__gte=today)
    for word in words.split():
        named = Q(title__icontains=word) | Q(group__name__icontains=word)
        found = found.filter(named | Q(place__icontains=word))
    related = found.select_related("group", "calendar").defer("calendar__content")
    calendars = Calendar.objects.filter(organisation=request.organisation)
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "tab": "sessions",
        "may_edit": request.membership.may(Role.SENDER),
        "page": page_of(request, related.order_by("-starts" if past else "starts", "pk")),
        "words": words,
        "past": past,
        "any": own.exists(),
        "troubled": calendars.exclude(trouble="").defer("content"),
    }
    return render(request, "pages/schedule/sessions.html", context)


def find_session(request: MemberRequest, pk: int) -> Session:
    """Give the organisation's session with this id; raises Http404 for any other."""
    related = ("group", "calendar", "organisation")
    query = Session.objects.select_related(*related).defer("calendar__content")
    return get_object_or_404(query, organisation=request.organisation, pk=pk)


@member_of(Role.VIEWER)
def session(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one session."""
    found = find_session(request, pk)
    context = {
        "organisation": request.organisation,
        "section": "schedule",
        "may_edit": request.membership.may(Role.SENDER),
        "session": found,
        "reminded": reminded(found).count(),
        "reminders": reminders(found),
        "told_otherwise": is_told_otherwise(found),
    }
    return render(request, "pages/schedule/session.html", context)


@member_of(Role.SENDER)
@require_POST
def call_off(request: MemberRequest, pk: int) -> HttpResponse:
    """Call a session off, or let it take place after all."""
    found = find_session(request, pk)
    found.called_off = "undo" not in request.POST
    found.save(update_fields=["called_off"])
    if found.called_off:
        told = _("“%(session)s” is called off: nobody will be reminded of it.")
    else:
        told = _("“%(session)s” takes place after all, unless its calendar says otherwise.")
    messages.success(request, told % {"session": found.title})
    return redirect("pages:session", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def tell_reminded(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin a draft to those who were reminded of a session."""
    found = find_session(request, pk)
    if not reminded(found).exists():
        messages.error(request, _("Nobody was reminded of this session."))
        return redirect("pages:session", request.organisation.slug, pk)
    draft = tell(found, request.user)
    return redirect("pages:compose_write", request.organisation.slug, draft.pk)
