"""Everything between a participant and us, in the order of time: what was sent, and what came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from sendout.deliveries.models import Delivery
from sendout.deliveries.report import reason, with_carrier
from sendout.people.models import Participant
from sendout.replies.models import Conversation, Reply

SENT, CAME = "sent", "came"
Place = tuple[datetime, str, int]  # when, SENT or CAME, the row's id


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a delivery with its reason in words, or a reply."""

    delivery: Delivery | None = None
    reason: str = ""
    reply: Reply | None = None


def places(person: Participant) -> QuerySet[Any, Place]:
    """Give what there is, the newest first; replies from the phone, or to what the person got."""
    own = Delivery.objects.filter(organisation=person.organisation_id, participant=person)
    sent = own.annotate(
        when=F("created_at"), what=Value(SENT, CharField()), which=F("pk")
    ).values_list("when", "what", "which")
    to_them = _came(person).filter(delivery__in=own.values("pk"))
    both = sent.union(_from_phone(person), _listed(to_them))
    return both.order_by("-when", "-what", "-which")


def _came(person: Participant) -> QuerySet[Reply]:
    return Reply.objects.filter(organisation=person.organisation_id, of_staff=False)


def _from_phone(person: Participant) -> QuerySet[Any, Place]:
    phones = Conversation.objects.filter(
        organisation=person.organisation_id, phone=person.phone or None
    )
    return _listed(_came(person).filter(conversation__in=phones.values("pk")))


def _listed(replies: QuerySet[Reply]) -> QuerySet[Any, Place]:
    named = replies.annotate(when=F("at"), what=Value(CAME, CharField()), which=F("pk"))
    return named.values_list("when", "what", "which")


def entries(found: Iterable[Place]) -> list[Entry]:
    """Fetch what stands at these places."""
    kept = list(found)
    sent = with_carrier(Delivery.objects.select_related("sendout")).in_bulk(
        [n for _, k, n in kept if k == SENT]
    )
    came = Reply.objects.in_bulk([n for _, kind, n in kept if kind == CAME])
    return [
        Entry(delivery=sent[number], reason=reason(sent[number]))
        if kind == SENT
        else Entry(reply=came[number])
        for _, kind, number in kept
    ]
