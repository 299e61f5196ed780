"""Find the person, see the answer."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from sendout.accounts.models import Language, Role
from sendout.deliveries.models import Delivery
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.timeline import ShownDelivery
from sendout.pages.not_received.answer import client_language, client_text, verdict
from sendout.pages.not_received.case import Case, find_case, recent_sendouts
from sendout.pages.not_received.checks import checks
from sendout.pages.not_received.proofs import proofs
from sendout.pages.people.finding import find_participant, page_of
from sendout.people.models import Participant
from sendout.people.search import search
from sendout.senders.models import Channel
from sendout.sendouts.models import Kind

LARGEST = 2**63 - 1  # of PostgreSQL's bigint


@member_of(Role.VIEWER)
def find(request: MemberRequest) -> HttpResponse:
    """Search the person who says that something did not come; htmx gets the list alone."""
    q = request.GET.get("q", "").strip()[:200]
    page = page_of(request, search(request.organisation, q) if q else Participant.objects.none())
    context = {
        "organisation": request.organisation,
        "section": "not_received",
        "q": q,
        "query": f"{urlencode({'q': q})}&" if q else "",
        "page": page,
        "total": page.paginator.count,
        "found": _with_newest(list(page)),
    }
    name = "found.html" if "HX-Request" in request.headers else "find.html"
    return render(request, f"pages/not_received/{name}", context)


def _with_newest(people: list[Participant]) -> list[tuple[Participant, Delivery | None]]:
    """Give each person with the newest message to them."""
    rows = Delivery.objects.filter(participant__in=people, sendout__kind=Kind.CAMPAIGN)
    newest = rows.order_by("participant", "-sendout", "-id").distinct("participant")
    newest = newest.select_related("sendout")
    by_person = {row.participant_id: row for row in newest}
    return [(person, by_person.get(person.pk)) for person in people]


@member_of(Role.VIEWER)
def look(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the answer for one person and one send-out."""
    case = _case(request, pk)
    language = client_language(case, request.GET.get("language", ""))
    happened, advice = verdict(case)
    context = {
        "organisation": request.organisation,
        "section": "not_received",
        "case": case,
        "person": case.person,
        "happened": happened,
        "advice": advice,
        "checks": checks(case, may_edit=request.membership.may(Role.SENDER)),
        "delivery": ShownDelivery(case.delivery) if case.delivery else None,
        "sendouts": recent_sendouts(case.person),
        "channels": [(key, Channel(key).label) for key in case.channels],
        "languages": Language.choices,
        "language": language,
        "text": client_text(case, language),
        "case_query": _query(case),
    }
    return render(request, "pages/not_received/look.html", context)


@member_of(Role.VIEWER)
def dns(request: MemberRequest, pk: int) -> HttpResponse:
    """Say what the DNS knows about both domains; a part of the page, asked for after it."""
    case = _case(request, pk)
    context = {
        "organisation": request.organisation,
        "section": "not_received",
        "person": case.person,
        "findings": proofs(case),
        "case_query": _query(case),
    }
    name = "dns.html" if "HX-Request" in request.headers else "dns_page.html"
    return render(request, f"pages/not_received/{name}", context)


@member_of(Role.VIEWER)
def of_delivery(request: MemberRequest, pk: int) -> HttpResponse:
    """Lead from a single message to the answer about it."""
    row = get_object_or_404(Delivery, organisation=request.organisation, pk=pk)
    if row.participant_id is None:
        raise Http404("This message did not go to a participant.")
    case = {"sendout": str(row.sendout_id), "channel": row.channel}
    url = reverse("pages:not_received_look", args=[request.organisation.slug, row.participant_id])
    return redirect(f"{url}?{urlencode(case)}")


def _case(request: MemberRequest, pk: int) -> Case:
    person = find_participant(request, pk)
    person.organisation = request.organisation
    given = request.GET.get("sendout", "")
    asked = int(given) if given.isdecimal() and len(given) < 20 else None
    channel = request.GET.get("channel", "")
    channel = channel if channel in Channel.values else ""
    return find_case(person, min(asked, LARGEST) if asked else None, channel)


def _query(case: Case) -> str:
    """Name the case in an address."""
    named: dict[str, str] = {"sendout": str(case.sendout.pk)} if case.sendout else {}
    return urlencode(named | {"channel": case.channel})
