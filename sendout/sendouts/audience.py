"""Whom a send-out means, as a queryset for pages; freezing reads `people.select` itself."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sendout.people.models import Group, Participant
from sendout.sendouts.models import Channels, SendOut


def audience(sendout: SendOut) -> QuerySet[Participant]:
    """Give the participants the send-out means, each once."""
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    if sendout.everyone:
        return own
    picked = SendOut.people.through.objects.filter(sendout=sendout).values("participant")
    grouped = Group.participants.through.objects.filter(
        group__in=SendOut.groups.through.objects.filter(sendout=sendout).values("group")
    )
    return own.filter(Q(pk__in=picked) | Q(pk__in=grouped.values("participant")))


def reached(sendout: SendOut, channel: str) -> QuerySet[Participant]:
    """Give those of the audience whom this channel reaches: who have an address that it can."""
    if channel == "email":
        return audience(sendout).exclude(email_normal="")
    with_phone = audience(sendout).filter(phone_kind="").exclude(phone="")
    if sendout.channels == Channels.SMS_WITHOUT_EMAIL:
        return with_phone.filter(email_normal="")
    return with_phone
