"""Whom it goes to: everyone, groups, picked people, typed addresses; and through which senders."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.table.errors import BadTable
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.files import files_of, take_file
from sendout.pages.compose.finding import closed_page, find_sendout, words_asked
from sendout.pages.compose.forms import AudienceForm
from sendout.people.models import Group, Participant
from sendout.people.search import search
from sendout.people.typed import Refusal, find_or_add
from sendout.senders.models import Channel, Sender
from sendout.sendouts import drafts
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut, State
from sendout.wording.said import said

SHOWN = 50  # picked people listed on the page; the rest is a number
FOUND = 10


@member_of(Role.SENDER)
def audience(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose whom a draft goes to."""
    sendout = find_sendout(request, pk)
    if sendout.state != State.DRAFT:
        return closed_page(request, sendout, 409 if request.method == "POST" else 200)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AudienceForm(*data, instance=sendout, organisation=request.organisation)
    if not form.is_valid():
        return _page(request, sendout, form)
    try:
        refusals = save(form, sendout)
        if file := form.cleaned_data["file"]:
            take_file(sendout, file, request.user)
    except NotPossible:
        sendout.refresh_from_db()
        return closed_page(request, sendout, 409)
    except BadTable as error:
        form.add_error(
            "file", _("Nothing of the file was taken: %(error)s.") % {"error": said(str(error))}
        )
        return _page(request, sendout, form)
    if refusals:
        return _refused_page(request, sendout, refusals)
    onward = "check" if request.POST.get("then") == "check" else "audience"
    return redirect(f"pages:compose_{onward}", request.organisation.slug, pk)


def save(form: AudienceForm, sendout: SendOut) -> list[Refusal]:
    """Store the choices; give the typed addresses that are none."""
    with drafts.changing(sendout):
        form.save()
        found = find_or_add(sendout.organisation, form.cleaned_data["typed"])
        drafts.add_people(sendout, found.participants)
        return found.refusals


def _refused_page(
    request: MemberRequest, sendout: SendOut, refusals: list[Refusal]
) -> HttpResponse:
    """Everything else is saved; what is no address stays in the box to be corrected."""
    left = "\n".join(refusal.typed for refusal in refusals)
    form = AudienceForm(
        instance=sendout, organisation=request.organisation, initial={"typed": left}
    )
    return _page(request, sendout, form, refusals=refusals, status=422)


def _page(
    request: MemberRequest,
    sendout: SendOut,
    form: AudienceForm,
    status: int | None = None,
    **more: object,
) -> HttpResponse:
    groups = Group.objects.filter(organisation=request.organisation)
    own = Participant.objects.filter(organisation=request.organisation)
    context = {
        "form": form,
        "step": "audience",
        "groups": groups.annotate(size=Count("participants")).order_by("name"),
        "chosen_groups": _keys(form["groups"].value() or []),
        "everybody": own.count(),
        "without_sender": without_sender(sendout),
        "files": files_of(sendout),
        **picked(request, sendout),
        **more,
    }
    wrong = 422 if form.is_bound and form.errors else 200
    return render(request, "pages/compose/audience.html", context, status=status or wrong)


def _keys(typed: Iterable[object]) -> set[int]:
    """Give what may be ids; a number of thousands of digits is none."""
    return {int(pk) for pk in map(str, typed) if pk.isdecimal() and len(pk) < 19}


def without_sender(sendout: SendOut) -> list[Channel]:
    """Name the channels the send-out uses and the organisation has no active sender for."""
    active = Sender.objects.filter(organisation=sendout.organisation_id, active=True)
    there = set(active.values_list("channel", flat=True))
    return [channel for channel in Channels(sendout.channels).used if channel not in there]


def picked(request: MemberRequest, sendout: SendOut) -> dict[str, object]:
    """Give what the list of picked people shows."""
    people = sendout.people.order_by("last_name", "first_name", "pk")
    return {
        "organisation": request.organisation,
        "section": "messages",
        "sendout": sendout,
        "picked": people[:SHOWN],
        "picked_count": people.count(),
    }


@member_of(Role.SENDER)
def find(request: MemberRequest, pk: int) -> HttpResponse:
    """Search participants by name, email or phone, to pick them."""
    sendout = find_sendout(request, pk)
    words = words_asked(request)
    found = search(request.organisation, words).exclude(pk__in=sendout.people.values("pk"))
    context = {
        "organisation": request.organisation,
        "sendout": sendout,
        "words": words,
        "found": found[:FOUND] if words else [],
    }
    return render(request, "pages/compose/found.html", context)


@member_of(Role.SENDER)
@require_POST
def pick(request: MemberRequest, pk: int) -> HttpResponse:
    """Add one participant to the people picked."""
    sendout = find_sendout(request, pk)
    participant = _named(request)
    try:
        with drafts.changing(sendout):
            drafts.add_people(sendout, [participant])
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return _picked_list(request, sendout)


@member_of(Role.SENDER)
@require_POST
def drop(request: MemberRequest, pk: int) -> HttpResponse:
    """Take one participant, or all, off the people picked."""
    sendout = find_sendout(request, pk)
    try:
        with drafts.changing(sendout):
            if "all" in request.POST:
                sendout.people.clear()
            else:
                sendout.people.remove(_named(request))
    except NotPossible as refusal:
        messages.error(request, str(refusal))
    return _picked_list(request, sendout)


def _named(request: MemberRequest) -> Participant:
    pk = request.POST.get("participant", "")
    own = Participant.objects.filter(organisation=request.organisation)
    return get_object_or_404(own, pk=pk if pk.isdecimal() and len(pk) < 19 else 0)


def _picked_list(request: MemberRequest, sendout: SendOut) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("pages:compose_audience", request.organisation.slug, sendout.pk)
    return render(request, "pages/compose/picked.html", picked(request, sendout))
