"""One participant, with everything ever sent to them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import reason
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.people.finding import find_participant, page_of
from sendout.people.models import Participant
from sendout.replies.models import Conversation
from sendout.senders.models import Channel
from sendout.suppression.entries import find as find_suppressions
from sendout.suppression.models import Suppression


@member_of(Role.VIEWER)
def participant(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one participant: details, groups, what stops messages, deliveries newest first."""
    person = find_participant(request, pk)
    sent = Delivery.objects.filter(organisation=request.organisation, participant=person)
    page = page_of(request, sent.select_related("sendout").order_by("-id"))
    context = {
        "organisation": request.organisation,
        "section": "participants",
        "may_edit": request.membership.may(Role.SENDER),
        "person": person,
        "fields": sorted(person.fields.items()),
        "groups": person.groups.order_by("name"),
        "suppressions": _suppressions(person),
        "conversation": _conversation(person),
        "page": page,
        "deliveries": [(delivery, reason(delivery)) for delivery in page],
    }
    return render(request, "pages/people/participant.html", context)


def _conversation(person: Participant) -> int | None:
    """Give the id of the conversation with the person's phone, if there is one."""
    own = Conversation.objects.filter(organisation=person.organisation_id, phone=person.phone)
    return own.values_list("pk", flat=True).first() if person.phone else None


def _suppressions(person: Participant) -> list[Suppression]:
    addresses = ((Channel.EMAIL, person.email_normal), (Channel.SMS, person.phone))
    return [
        entry
        for channel, address in addresses
        if address
        for entry in find_suppressions(person.organisation, channel, address)
    ]
