"""Find send-outs by their name, their subject and the words of their texts."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.plain import Term, terms
from sendout.finding.expressions import begins, holds
from sendout.sendouts.models import Kind, SendOut


def search(organisation: Organisation, typed: str = "") -> QuerySet[SendOut]:
    """Give the campaigns that every word occurs in, newest first.

    Any part of a word of the name is enough; words of the message are known by their beginning.
    """
    own = SendOut.objects.filter(organisation=organisation, pattern=False)
    found = own.filter(kind=Kind.CAMPAIGN)
    for term in terms(typed):
        found = found.filter(_said(organisation, term))
    return found.order_by("-pk")


def _said(organisation: Organisation, term: Term) -> Q:
    named = holds("found_by", term)
    query = begins(term.spellings[0])
    if query is None:
        return named
    messages = Message.objects.filter(organisation=organisation, words=query)
    return named | Q(message__in=messages.values("pk"))
