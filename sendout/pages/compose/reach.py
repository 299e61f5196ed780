"""The numbers before sending, and behind each of them its people with a fix in place."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from sendout.accounts.models import Role
from sendout.compose.fields import gap_of
from sendout.core.delivery.status import Status
from sendout.deliveries.reaching import (
    Part,
    Reached,
    Standing,
    people_of,
    reached,
)
from sendout.deliveries.report import reason_words
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.addresses import addresses
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.reach_words import (
    OFFERS,
    by_channel,
    causes,
    label_of,
    main_numbers,
)
from sendout.people.addresses import address_of
from sendout.people.columns import own_columns
from sendout.senders.models import Channel
from sendout.sendouts.models import SendOut, State
from sendout.wording.said import said

PAGE = 25
LACKS = "lacks"  # begins the key of those who lack the value of a merge field
OPEN = (State.DRAFT, State.SCHEDULED)
LONGEST_KEY = 120
LONGEST_NUMBER = 7  # digits of a page's number


@dataclass(frozen=True, slots=True)
class Way:
    """A participant's address by one channel. words: why nothing goes there; offer: what to do, at
    fix_url.

    fix: the form or the explanation that is open (`fixing.Fix`), if it is this one's.
    """

    channel: str
    label: str
    address: str
    words: str
    offer: str
    fix_url: str
    fix: object = None


@dataclass(frozen=True, slots=True)
class Row:
    """One participant of a list. url: of their own page."""

    standing: Standing
    ways: list[Way]
    url: str


@member_of(Role.SENDER)
def reach(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the numbers with the people behind one of them; without htmx within the whole page."""
    sendout = find_sendout(request, pk)
    if sendout.state not in OPEN:
        return closed_page(request, sendout, 409)
    if not request.headers.get("HX-Request"):
        return redirect(to_check(request, sendout))
    return render(request, "pages/compose/reach.html", reach_context(request, sendout))


def to_check(request: MemberRequest, sendout: SendOut) -> str:
    """Give the address of the check page with the same list open."""
    there = reverse("pages:compose_check", args=[request.organisation.slug, sendout.pk])
    return f"{there}?{query_of(request)}"


def reach_context(
    request: MemberRequest, sendout: SendOut, now: Reached | None = None, fix: object = None
) -> dict[str, object]:
    """Give what the numbers and the open list show. now: the counts, where they are known.

    fix: what is open beside one of the people (`fixing.Fix`).
    """
    now = now or look(request, sendout)
    who = chosen(request)
    return {
        "organisation": request.organisation,
        "sendout": sendout,
        "numbers": main_numbers(now, who),
        "causes": causes(now, who),
        "by_channel": by_channel(now, who),
        "audience_count": sum(now.stands.values()),
        "reach_query": query_of(request),
        "who": who,
        **_list(request, sendout, now, fix),
    }


def look(request: MemberRequest, sendout: SendOut) -> Reached:
    """Count the audience now, with the page of the list that is open, if one is."""
    page = request.GET.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < LONGEST_NUMBER else 1
    return reached(sendout, _part(request, max(number - 1, 0) * PAGE))


def _part(request: MemberRequest, start: int) -> Part | None:
    """Give which people the list that is open names, from this one on; None where none is."""
    who = chosen(request)
    channel, field = _lacked(who)
    if channel in Channel.values:
        gap = gap_of(field, own_columns(request.organisation))
        return Part(f"{channel}-", start, PAGE, gap)  # those who would get it, and lack the value
    return Part(who, start, PAGE) if who else None


def _lacked(who: str) -> tuple[str, str]:
    """Give channel and folded name of the field where the list is of those who lack its value."""
    mark, channel, field = (*who.split("-", 2), "", "")[:3]
    return (channel, field) if mark == LACKS else ("", "")


def chosen(request: MemberRequest) -> str:
    """Give the key of the list that is open, or nothing."""
    return request.GET.get("who", "")[:LONGEST_KEY]


def query_of(request: MemberRequest) -> str:
    """Give the query that opens the same page of the same list."""
    given = {name: request.GET[name] for name in ("who", "page") if request.GET.get(name)}
    return urlencode(given)


def _list(request: MemberRequest, sendout: SendOut, now: Reached, fix: object) -> dict[str, object]:
    """Give the people behind the number that is open; nothing where none is."""
    who = chosen(request)
    channel, field = _lacked(who)
    if channel in now.used:
        title = gettext("“{field}” is empty").format(field=field)
        people, page = _lacking(request, sendout, now)
    elif title := label_of(who, now):
        page = _page(request, now.count(who))
        people = people_of(sendout, now, Part(who, _start(page), PAGE))
    else:
        return {}
    return {
        "list_title": title,
        "rows": _rows(request, sendout, now, people, fix),
        "page": page,
        "query": urlencode({"who": who}) + "&",
    }


def _rows(
    request: MemberRequest, sendout: SendOut, now: Reached, people: list[Standing], fix: object
) -> list[Row]:
    slug = request.organisation.slug
    url = addresses("pages:participant", slug)
    fixes = {
        channel: addresses("pages:compose_fix", slug, sendout.pk, after=[channel.value])
        for channel in now.used
    }
    return [
        Row(
            each,
            [_way(each, channel, fixes[channel](each.person.pk), fix) for channel in now.used],
            url(each.person.pk),
        )
        for each in people
    ]


def _page(request: MemberRequest, count: int) -> Page[int]:
    return Paginator(range(count), PAGE).get_page(request.GET.get("page"))


def _start(page: Page[int]) -> int:
    return max(page.start_index() - 1, 0)


def _lacking(
    request: MemberRequest, sendout: SendOut, now: Reached
) -> tuple[list[Standing], Page[int]]:
    """Give a page of those who lack a value: the first one where there is no such page."""
    first = now.part is not None and not now.part.start
    found = now if now.people or first else reached(sendout, _part(request, 0))
    start = found.part.start if found.part else 0
    return found.people, Paginator(range(found.size), PAGE).page(start // PAGE + 1)


def _way(each: Standing, channel: Channel, fix_url: str, fix: object) -> Way:
    reason = getattr(each.stand, channel.value)
    typed, normal = address_of(each.person, channel)
    mine = fix is not None and getattr(fix, "place", None) == (each.person.pk, channel.value)
    return Way(
        channel=channel.value,
        label=str(channel.label),
        address=typed or normal,
        words=said(reason_words(Status.SKIPPED, channel, reason)) if reason else "",
        offer=str(OFFERS[reason][1]) if reason in OFFERS else "",
        fix_url=fix_url,
        fix=fix if mine else None,
    )
