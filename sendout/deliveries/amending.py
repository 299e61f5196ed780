"""A correction: a new draft to those alone who have got a send-out already."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from sendout.accounts.models import User
from sendout.core.delivery.status import FAILED
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.sendouts import drafts
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut


@transaction.atomic
def begin_correction(sendout: SendOut, member: User) -> SendOut:
    """Make a draft with the same text to those who got it, by the channels by which it left.

    Stop the send-out first: who gets it afterwards is not among them. It is no repeat of the
    send-out (`sendouts.repeating`), since whoever misses it has not missed the same message.
    Raises NotPossible when nobody has got it.
    """
    got = Delivery.objects.filter(sendout=sendout, accepted_at__isnull=False)
    got = got.exclude(status__in=FAILED)
    channels = set(got.order_by().values_list("channel", flat=True).distinct())
    if not channels:
        raise NotPossible(f"Nobody has got “{sendout.name}” yet: there is nothing to correct.")
    draft = drafts.copy(sendout, member)
    draft.name = drafts.renamed(sendout, gettext_lazy("correction"))
    draft.everyone = False
    if len(channels) == 1:
        draft.channels = Channels(channels.pop())
    draft.save(update_fields=["name", "everyone", "channels"])
    draft.groups.clear()
    own = Participant.objects.filter(organisation=sendout.organisation_id)
    told_with = Delivery.objects.filter(sendout=sendout, carried_at__isnull=False)
    told_with = told_with.filter(carrier__in=got.values("participant"))
    theirs = Q(pk__in=got.values("participant")) | Q(pk__in=told_with.values("participant"))
    draft.people.set(own.filter(theirs))
    return draft
