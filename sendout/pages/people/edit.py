"""Add and change a participant."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.core.addresses import KIND_WORDS
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_participant
from sendout.pages.people.forms import ParticipantForm
from sendout.people.models import Participant
from sendout.wording.said import said


@member_of(Role.SENDER)
def add(request: MemberRequest) -> HttpResponse:
    """Add a participant."""
    return _edit(request, Participant(language=request.organisation.language))


@member_of(Role.SENDER)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a participant."""
    return _edit(request, find_participant(request, pk))


def _edit(request: MemberRequest, person: Participant) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ParticipantForm(data, instance=person, organisation=request.organisation)
    if form.is_valid():
        saved = form.save()
        messages.success(request, _("%(person)s was saved.") % {"person": saved})
        if saved.phone_kind:
            kind = KIND_WORDS[saved.phone_kind]
            messages.warning(
                request,
                _("%(phone)s was saved, but %(kind)s.")
                % {"phone": saved.phone, "kind": said(kind)},
            )
        return redirect("pages:participant", request.organisation.slug, saved.pk)
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "person": Participant.objects.filter(pk=person.pk).first(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "pages/people/participant_edit.html", context, status=status)
