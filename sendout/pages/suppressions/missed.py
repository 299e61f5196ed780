"""After a correction: what these people missed, and which of it they are to get now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.core.quiet import Night
from sendout.deliveries.missed import Missed, Search, find_missed, resend
from sendout.deliveries.quiet import night_for
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.wording import counted
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.sendouts.lifecycle import NotPossible
from sendout.wording.said import said

DAYS = 30  # how far back is looked
FRESH = timedelta(days=7)  # what is older has mostly lost its meaning, and is not ticked


@dataclass(frozen=True, slots=True)
class Offer:
    """One message that may be sent again. chosen: whether it is ticked at first."""

    missed: Missed
    names: list[str]
    otherwise: int
    chosen: bool


@member_of(Role.SENDER)
def missed(request: MemberRequest, channel: str) -> HttpResponse:
    """Show what was missed, and send again what was ticked."""
    if channel not in Channel.values:
        raise Http404("There is no such channel.")
    people = _people(request, request.POST if request.method == "POST" else request.GET)
    since = timezone.now() - timedelta(days=DAYS)
    search = Search(request.organisation, tuple(people), channel, since)
    if request.method == "POST":
        return _resend(request, search)
    found = find_missed(search)
    if not found:
        return redirect("pages:suppressions", request.organisation.slug)
    context = {
        "organisation": request.organisation,
        "section": "suppressions",
        "channel": Channel(channel),
        "people": people.values(),
        "offers": [_offer(each, people) for each in found],
        "days": DAYS,
        "night": _night(request, channel, people),
    }
    return render(request, "pages/suppressions/missed.html", context)


def _night(request: MemberRequest, channel: str, people: dict[int, Participant]) -> Night | None:
    if channel != Channel.SMS:
        return None
    return night_for(request.organisation, people.values(), timezone.now())


def _people(request: MemberRequest, asked: QueryDict) -> dict[int, Participant]:
    """Give those of the organisation's participants who are named in the request."""
    ids = {int(pk) for pk in asked.getlist("people") if pk.isdecimal() and len(pk) < 19}
    own = Participant.objects.filter(organisation=request.organisation, pk__in=ids)
    return {person.pk: person for person in own.order_by("pk")}


def _offer(each: Missed, people: dict[int, Participant]) -> Offer:
    sendout = each.sendout
    left = sendout.started_at or sendout.created_at
    fresh = left > timezone.now() - FRESH
    over = sendout.expires_at is not None and sendout.expires_at < timezone.now()
    everybody = len(each.otherwise) == len(each.people)
    names = [str(people[pk]) for pk in each.people]
    return Offer(each, names, len(each.otherwise), fresh and not over and not everybody)


def _resend(request: MemberRequest, search: Search) -> HttpResponse:
    """Send what was ticked, and show the first of it on its way."""
    chosen = [int(pk) for pk in request.POST.getlist("sendout") if pk.isdecimal() and len(pk) < 19]
    try:
        made = resend(search, chosen, request.user)
    except NotPossible as refusal:
        messages.error(
            request, _("Nothing was sent again. %(reason)s") % {"reason": said(str(refusal))}
        )
        query = "&".join(f"people={pk}" for pk in search.people)
        url = reverse("pages:missed", args=[request.organisation.slug, search.channel])
        return redirect(f"{url}?{query}")
    if not made:
        messages.info(request, _("Nothing was sent again."))
        return redirect("pages:suppressions", request.organisation.slug)
    if len(made) > 1:
        many = counted("%(n)s message is being sent.", "%(n)s messages are being sent.", len(made))
    else:
        many = _("“%(name)s” is being sent.") % {"name": made[0].name}
    messages.success(request, many)
    url = reverse("pages:messages", args=[request.organisation.slug])
    return redirect(f"{url}?open={made[0].pk}&tab={search.channel}")
