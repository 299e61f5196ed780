"""Find replies by the words in them, and conversations by that or by whose they are."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sendout.accounts.models import Organisation
from sendout.core.plain import Term, terms
from sendout.finding.expressions import begins, holds
from sendout.people.search import search as search_people
from sendout.replies.models import Conversation, Reply

MOST_PEOPLE = 500  # whose phones are looked for when a name was searched


def said(organisation: Organisation, typed: str) -> QuerySet[Reply]:
    """Give the replies with words that begin like each of those typed, newest first."""
    found = Reply.objects.filter(organisation=organisation, of_staff=False)
    query = begins(typed)
    found = found.none() if query is None else found.filter(words=query)
    return found.order_by("-at", "-pk")


def conversations(organisation: Organisation, typed: str) -> QuerySet[Conversation]:
    """Give the conversations where each word is in the number, in a name, or in what was said."""
    found = Conversation.objects.filter(organisation=organisation)
    for term in terms(typed):
        found = found.filter(_holds(organisation, term))
    return found


def _holds(organisation: Organisation, term: Term) -> Q:
    word = term.spellings[0]
    people = search_people(organisation, word).exclude(phone="").order_by()[:MOST_PEOPLE]
    replies = said(organisation, word).order_by().values("conversation")
    found = Q(phone__in=list(people.values_list("phone", flat=True))) | Q(pk__in=replies)
    return found | holds("phone", term) | Q(last_text__icontains=word)
