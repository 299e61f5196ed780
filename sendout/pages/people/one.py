"""One participant, with everything that was sent to them and came from them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import AT_A_TIME, find_participant
from sendout.pages.people.history import entries, places
from sendout.people.addresses import who_has
from sendout.people.families import family_of
from sendout.people.models import Participant
from sendout.replies.models import Conversation
from sendout.senders.models import Channel
from sendout.suppression.entries import find as find_suppressions
from sendout.suppression.models import Suppression

SHARING = 5  # who share the phone and are named


@member_of(Role.VIEWER)
def participant(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one participant: details, groups, what stops messages, all messages newest first."""
    person = find_participant(request, pk)
    page = Paginator(places(person), AT_A_TIME).get_page(request.GET.get("page"))
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "may_edit": request.membership.may(Role.SENDER),
        "person": person,
        "fields": sorted(person.fields.items()),
        "groups": person.groups.order_by("name"),
        "family": family_of(person),
        "suppressions": _suppressions(person),
        "conversation": _conversation(person),
        "page": page,
        "total": page.paginator.count,
        "entries": entries(page),
        "sharing": _sharing(person),
    }
    return render(request, "pages/people/participant.html", context)


def _conversation(person: Participant) -> int | None:
    """Give the id of the conversation with the person's phone, if there is one."""
    own = Conversation.objects.filter(organisation=person.organisation_id, phone=person.phone)
    return own.values_list("pk", flat=True).first() if person.phone else None


def _sharing(person: Participant) -> list[Participant]:
    """Give others with the same phone, whose texts nobody can tell from this person's."""
    return list(who_has(person.organisation, "sms", person.phone).exclude(pk=person.pk)[:SHARING])


def _suppressions(person: Participant) -> list[Suppression]:
    addresses = ((Channel.EMAIL, person.email_normal), (Channel.SMS, person.phone))
    return [
        entry
        for channel, address in addresses
        if address
        for entry in find_suppressions(person.organisation, channel, address)
    ]
