"""The Replies page: conversations, the newest first; refreshed while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Organisation, Role, User
from sendout.pages.access import MemberRequest, member_of
from sendout.people.addresses import everybody_at
from sendout.people.models import Participant
from sendout.replies.models import Conversation
from sendout.replies.search import conversations as search

PAGE = 30
MOST_PAGES = 10_000
SHOWN = [
    ("open", gettext_lazy("Open")),
    ("unread", gettext_lazy("Unread")),
    ("mine", gettext_lazy("Mine")),
    ("review", gettext_lazy("Needs a look")),
    ("done", gettext_lazy("Done")),
    ("all", gettext_lazy("All")),
]


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. page: from 1 on."""

    q: str = ""
    show: str = "open"
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filters:
        """Read the parameters of an address; what makes no sense is left out."""
        show, page = given.get("show", ""), given.get("page", "")
        return cls(
            q=given.get("q", "").strip().replace("\0", "")[:200],
            show=show if show in dict(SHOWN) else "open",
            page=min(max(int(page), 1), MOST_PAGES) if page.isdecimal() and len(page) < 9 else 1,
        )

    @property
    def kept(self) -> str:
        """The filters as a query, without the page."""
        given = {"q": self.q, "show": self.show if self.show != "open" else ""}
        return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list. people: those who share the phone."""

    conversation: Conversation
    people: list[Participant]

    @property
    def names(self) -> str:
        """Who it is, in words."""
        return ", ".join(person.name for person in self.people if person.name)


@member_of(Role.VIEWER)
def conversations(request: MemberRequest) -> HttpResponse:
    """Show the list; htmx gets the rows alone."""
    filters = Filters.of(request.GET)
    found = list(_found(request, filters)[(filters.page - 1) * PAGE : filters.page * PAGE + 1])
    context = {
        "organisation": request.organisation,
        "section": "replies",
        "may_set_up": request.membership.may(Role.OWNER),
        "filters": filters,
        "choices": SHOWN,
        "rows": _rows(request.organisation, found[:PAGE]),
        "newer": filters.page - 1,
        "older": filters.page + 1 if len(found) > PAGE else 0,
        "reviews": _to_review(request.organisation).exists(),
    }
    name = "rows.html" if "HX-Request" in request.headers else "list.html"
    return render(request, f"pages/replies/{name}", context)


@member_of(Role.VIEWER)
def unread(request: MemberRequest) -> HttpResponse:
    """Show how many conversations have something unread, for the navigation."""
    context = {"organisation": request.organisation}
    return render(request, "partials/replies_unread.html", context)


def _found(request: MemberRequest, filters: Filters) -> QuerySet[Conversation]:
    found = search(request.organisation, filters.q)
    found = found.filter(_shown(filters.show, request.user))
    return found.select_related("assigned").order_by("-last_at", "-pk")


def _shown(show: str, member: User) -> Q:
    return {
        "open": Q(done=False),
        "unread": Q(unread__gt=0),
        "mine": Q(assigned=member, done=False),
        "review": Q(reviews__gt=0),
        "done": Q(done=True),
    }.get(show, Q())


def _rows(organisation: Organisation, found: list[Conversation]) -> list[Row]:
    people = everybody_at(organisation, "sms", [each.phone for each in found])
    return [Row(each, people.get(each.phone, [])) for each in found]


def _to_review(organisation: Organisation) -> QuerySet[Conversation]:
    return Conversation.objects.filter(organisation=organisation, reviews__gt=0)
