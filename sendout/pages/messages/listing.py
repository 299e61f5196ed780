"""The Messages page: every send-out with its status, refreshed while something moves."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Role
from sendout.core.delivery.status import ARRIVED
from sendout.deliveries.counting import tallies
from sendout.deliveries.models import Count
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.ending import foretell
from sendout.pages.messages.shown import Shown
from sendout.sendouts import approving
from sendout.sendouts.models import Approval, SendOut, State, Verdict
from sendout.sendouts.search import search

PAGE = 25
STATUS_CHOICES = [
    ("draft", gettext_lazy("Draft")),
    ("approval", gettext_lazy("Waits for approval")),
    ("scheduled", gettext_lazy("Scheduled")),
    ("sending", "Sending..."),
    ("sent", gettext_lazy("Sent")),
    ("delivered", gettext_lazy("Delivered")),
    ("paused", gettext_lazy("Paused")),
    ("cancelled", gettext_lazy("Cancelled")),
]


# What may be large and is not shown here.
UNSEEN = [f"message__{name}" for name in ("text", "body", "other_body", "blocks", "page", "words")]
SECRET = [f"{way}_sender__{name}" for way in ("email", "sms") for name in ("secrets", "dkim_keys")]
NAMED = 5  # of what waits for the reader's approval
WAITS = Exists(Approval.objects.filter(sendout=OuterRef("pk"), verdict=Verdict.OPEN))


@member_of(Role.VIEWER)
def front(request: MemberRequest) -> HttpResponse:
    """Lead from the organisation's address to its first page."""
    return redirect("pages:messages", request.organisation.slug)


@member_of(Role.VIEWER)
def messages(request: MemberRequest) -> HttpResponse:
    """Show the whole page; ?open=ID opens the details popup at once."""
    context = _context(request)
    wanted = request.GET.get("open", "")
    if wanted.isdecimal() and len(wanted) < 19 and find(request).filter(pk=int(wanted)).exists():
        context["open_url"] = reverse("pages:popup", args=[request.organisation.slug, int(wanted)])
    return render(request, "pages/messages.html", context)


@member_of(Role.VIEWER)
def rows(request: MemberRequest) -> HttpResponse:
    """Show the list alone, for those who refresh."""
    return render(request, "pages/messages_rows.html", _context(request))


def find(request: MemberRequest) -> QuerySet[SendOut]:
    """Give the organisation's send-outs with all that is shown of one in a list, newest first."""
    related = ("organisation", "created_by", "email_sender", "sms_sender")
    found = listed(SendOut.objects.filter(organisation=request.organisation))
    return found.select_related("message", *related).defer(*UNSEEN, *SECRET).order_by("-pk")


def find_one(request: MemberRequest, pk: int) -> SendOut:
    """Give this send-out of the organisation's; raises Http404 for any other.

    What only some pages of one need is fetched when they do.
    """
    own = SendOut.objects.filter(organisation=request.organisation)
    with_text = own.select_related("message", "created_by").defer(*UNSEEN)
    sendout = get_object_or_404(with_text.annotate(waits_for_approval=WAITS), pk=pk)
    sendout.organisation = request.organisation
    return sendout


def listed(sendouts: QuerySet[SendOut]) -> QuerySet[SendOut]:
    """Fetch what a row of the list shows along with them."""
    found = sendouts.select_related("message").defer(*UNSEEN)
    # Few repeat others; joined, the tables of a series would double what PostgreSQL has to plan.
    found = found.prefetch_related("groups", "occurrence__series__pattern")
    return found.annotate(waits_for_approval=WAITS)


def undoable_of(request: MemberRequest) -> list[Shown]:
    """Give what was sent just now and can still be undone, whatever the list is filtered by."""
    held = SendOut.objects.filter(state=State.SCHEDULED, undo_until__isnull=False)
    ids = list(held.filter(organisation=request.organisation).values_list("pk", flat=True))
    # Mostly none: the many tables that showing one needs are then not even planned for.
    return [Shown(sendout, {}) for sendout in find(request).filter(pk__in=ids)] if ids else []


def _context(request: MemberRequest) -> dict[str, object]:
    filters = {"q": request.GET.get("q", "").strip()[:200], "status": request.GET.get("status", "")}
    found = search(request.organisation, filters["q"]).filter(_with_status(filters["status"]))
    page = Paginator(listed(found), PAGE).get_page(request.GET.get("page"))
    numbers = tallies(sendout.pk for sendout in page)
    shown = [Shown(sendout, numbers[sendout.pk]) for sendout in page]
    foretell(request.organisation, shown)
    undoable = undoable_of(request)
    given = {name: value for name, value in filters.items() if value}
    return {
        "organisation": request.organisation,
        "membership": request.membership,
        "sendouts": shown,
        "undoable": undoable,
        "to_approve": approving.waiting_for(request.membership).order_by("-pk")[:NAMED],
        "refreshes": bool(undoable) or any(one.refreshes for one in shown),
        "filters": filters,
        "status_choices": STATUS_CHOICES,
        "page": page,
        "query": urlencode(given) + "&" if given else "",
    }


def _with_status(status: str) -> Q:
    """Say in SQL what `counting.shown_status` says of one send-out."""
    counts = Count.objects.filter(sendout=OuterRef("pk"))
    proof = Q(delivered__gt=0) | Q(opened__gt=0) | Q(clicked__gt=0)
    delivered = Q(Exists(counts.filter(proof | Q(status__in=ARRIVED, n__gt=0))))
    accepted = Q(Exists(counts.filter(accepted__gt=0)))
    running = Q(state=State.RUNNING)
    begun = running | Q(state=State.FINISHED)
    return {
        "draft": Q(state=State.DRAFT) & ~Q(WAITS),
        "approval": Q(state=State.DRAFT) & Q(WAITS),
        "scheduled": Q(state=State.SCHEDULED, undo_until=None),
        "paused": Q(state=State.PAUSED),
        "cancelled": Q(state=State.CANCELLED),
        "sending": running & ~accepted | Q(state=State.SCHEDULED, undo_until__isnull=False),
        "sent": begun & accepted & ~delivered,
        "delivered": begun & delivered,
    }.get(status, Q())
