"""What fits that was typed: the first of each kind, and where the rest is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation
from sendout.core.message.template import escape_nothing, parse
from sendout.core.plain import terms
from sendout.deliveries.counting import shown_status, tallies
from sendout.pages.messages.shown import status_key
from sendout.people.addresses import addresses_of, everybody_at
from sendout.people.search import search as search_people
from sendout.replies.search import said
from sendout.sendouts.search import search as search_sendouts
from sendout.suppression.listed import Wanted, older

QUOTED = 90  # characters of a text


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found. about: what tells it from others; status: a word with a colour."""

    title: str
    about: str
    address: str
    icon: str
    status: str = ""
    status_label: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one kind. everything: the list that has them all."""

    key: str
    title: str | Promise
    hits: list[Hit]
    more: bool
    everything: str


Finder = Callable[[Organisation, str, int], list[Hit]]


def find(organisation: Organisation, typed: str, most: int) -> list[Kind]:
    """Give up to so many of each kind that fit; kinds of which nothing does are left out."""
    if not terms(typed):
        return []
    kinds = []
    for key, (title, finder, route) in FINDERS.items():
        hits = finder(organisation, typed, most + 1)
        everything = f"{_page(organisation, route)}?{urlencode(_parameters(key, typed))}"
        kinds.append(Kind(key, title, hits[:most], len(hits) > most, everything))
    return [kind for kind in kinds if kind.hits]


def _parameters(key: str, typed: str) -> dict[str, str]:
    return {"q": typed, "show": "all"} if key == "replies" else {"q": typed}


def _page(organisation: Organisation, route: str, *ids: int) -> str:
    return reverse(f"pages:{route}", args=[organisation.slug, *ids])


def _people(organisation: Organisation, typed: str, most: int) -> list[Hit]:
    return [
        Hit(
            title=str(person) or _("no name"),
            about=" · ".join(filter(None, (person.email, person.phone or person.phone_typed))),
            address=_page(organisation, "participant", person.pk),
            icon="user",
        )
        for person in search_people(organisation, typed)[:most]
    ]


def _sendouts(organisation: Organisation, typed: str, most: int) -> list[Hit]:
    sendouts = list(search_sendouts(organisation, typed).select_related("message")[:most])
    numbers = tallies(sendout.pk for sendout in sendouts)
    labels = {sendout.pk: shown_status(sendout, numbers[sendout.pk]) for sendout in sendouts}
    return [
        Hit(
            title=sendout.name,
            about=_as_words(sendout.message.subject or sendout.message.sms_text[:QUOTED]),
            address=f"{_page(organisation, 'messages')}?open={sendout.pk}",
            icon="send",
            status=status_key(labels[sendout.pk]),
            status_label=labels[sendout.pk],
        )
        for sendout in sendouts
    ]


def _as_words(text: str) -> str:
    """Write a text with the fallbacks of its merge fields, or their names."""
    template = parse(text)
    words = {slot.key: slot.fallback or slot.name for slot in template.slots}
    return template.fill(words, escape_nothing)


def _listed(organisation: Organisation, typed: str, most: int) -> list[Hit]:
    addresses = addresses_of(search_people(organisation, typed))
    wanted = Wanted(organisation, words=tuple(terms(typed)), addresses=addresses)
    return [
        Hit(
            title=entry.address,
            about=entry.get_reason_display(),
            address=f"{_page(organisation, 'suppressions')}?{urlencode({'q': entry.address})}",
            icon="ban",
        )
        for entry in older(wanted, 0, most)
    ]


def _replies(organisation: Organisation, typed: str, most: int) -> list[Hit]:
    replies = list(said(organisation, typed)[:most])
    people = everybody_at(organisation, "sms", {reply.phone for reply in replies})
    return [
        Hit(
            title=", ".join(p.name for p in people.get(reply.phone, []) if p.name) or reply.phone,
            about=reply.text[:QUOTED],
            address=_page(organisation, "conversation", reply.conversation_id),
            icon="messages",
        )
        for reply in replies
    ]


FINDERS: dict[str, tuple[str | Promise, Finder, str]] = {
    "participants": (gettext_lazy("Participants"), _people, "participants"),
    "sendouts": (gettext_lazy("Messages"), _sendouts, "messages"),
    "suppressions": (gettext_lazy("Unsubscribes list"), _listed, "suppressions"),
    "replies": (gettext_lazy("Replies"), _replies, "replies"),
}
