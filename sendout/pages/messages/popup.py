"""The details popup: numbers that move, the doughnut, every single delivery and its timeline."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sendout.accounts.models import Role
from sendout.compose.models import LinkedFile
from sendout.core.delivery.status import LABELS, Status
from sendout.deliveries.counting import tallies
from sendout.deliveries.downloads import counted
from sendout.deliveries.models import Delivery
from sendout.deliveries.report import with_carrier
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.ending import foretell
from sendout.pages.messages.following import following
from sendout.pages.messages.listing import find_one, listed
from sendout.pages.messages.nothing import teach
from sendout.pages.messages.rows import Filters, find_rows
from sendout.pages.messages.shown import Shown, ShownChannel
from sendout.pages.messages.timeline import ShownDelivery
from sendout.pages.wording import money
from sendout.pages.zones import by_zone
from sendout.sendouts.approved import approvals_of
from sendout.sendouts.models import Approval, SendOut, State
from sendout.usage import ledger

STATUS_CHOICES = [(status.value, LABELS[status]) for status in Status]

RESENDS = 20  # of one send-out that are listed
RESENT = Exists(SendOut.objects.filter(origin=OuterRef("pk")).exclude(state=State.DRAFT))
ASKED_FOR = Exists(Approval.objects.filter(sendout=OuterRef("pk")))
WITH_FILES = Exists(LinkedFile.objects.filter(message=OuterRef("message")))


def shown_sendout(request: MemberRequest, pk: int) -> Shown:
    """Give the organisation's send-out with its numbers; raises Http404 for any other."""
    sendout = find_one(request, pk)
    shown = Shown(sendout, tallies([pk])[pk])
    charged = ledger.of_sendout(pk)
    for channel in shown.channels:
        if price := charged.get(channel.key):
            channel.price = money(price, request.organisation.currency)
    return shown


def _context(request: MemberRequest, shown: Shown) -> dict[str, object]:
    return {
        "organisation": request.organisation,
        "membership": request.membership,
        "section": "messages",
        "sendout": shown,
        "channels": shown.channels,
        "by_zone": by_zone(shown.sendout) if shown.state == State.SCHEDULED else [],
        "following": following(shown.sendout, shown.channels[0].tally),
        "status_choices": STATUS_CHOICES,
    }


def find_channel(shown: Shown, key: str) -> ShownChannel:
    """Give a tab of the send-out; raises Http404 when it does not go by that channel."""
    for channel in shown.channels:
        if channel.key == key:
            return channel
    raise Http404("This message does not go by that channel.")


@member_of(Role.VIEWER)
def details(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the popup, or the same as a page for whoever opens its address; drafts are written."""
    shown = shown_sendout(request, pk)
    partial = request.headers.get("HX-Request")
    if shown.state == State.DRAFT and not partial:
        return redirect("pages:compose_write", request.organisation.slug, pk)
    foretell(request.organisation, [shown])
    teach(shown)
    filters = Filters.of(request.GET)
    keys = [channel.key for channel in shown.channels]
    wanted = request.GET.get("tab", "")
    tab = wanted if wanted in keys else keys[0]
    panels = [
        {"channel": each, "filters": filters, "rows": find_rows(shown, each.key, filters)}
        if each.key == tab
        else {"channel": each, "filters": filters}
        for each in shown.channels
    ]
    context = _context(request, shown) | {
        "panels": panels,
        "tab": tab,
        **_beside(request, shown.sendout),
    }
    template = "pages/popup.html" if partial else "pages/popup_page.html"
    return render(request, template, context)


def _beside(request: MemberRequest, sendout: SendOut) -> dict[str, object]:
    """Give what few send-outs have, asking for it where there is any."""
    there = SendOut.objects.filter(pk=sendout.pk).values_list(RESENT, ASKED_FOR, WITH_FILES)
    resent, asked_for, with_files = there.first() or (False, False, False)
    return {
        "resends": resends_of(request, sendout.pk) if resent else [],
        "approvals": approvals_of(sendout) if asked_for else [],
        "files": counted(sendout) if with_files else [],
    }


def resends_of(request: MemberRequest, pk: int) -> list[Shown]:
    """Give the newest of those that repeat this send-out; drafts are none yet."""
    own = SendOut.objects.filter(organisation=request.organisation, origin=pk)
    found = listed(own.exclude(state=State.DRAFT)).order_by("-pk")[:RESENDS]
    numbers = tallies(sendout.pk for sendout in found)
    return [Shown(sendout, numbers[sendout.pk]) for sendout in found]


@member_of(Role.VIEWER)
def live(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the part of the popup that moves."""
    return live_page(request, pk)


def live_page(request: MemberRequest, pk: int, problem: str = "") -> HttpResponse:
    """Show status, progress and numbers as they are now; a page without htmx goes to the popup."""
    shown = shown_sendout(request, pk)
    if not request.headers.get("HX-Request"):
        return redirect("pages:popup", request.organisation.slug, pk)
    foretell(request.organisation, [shown])
    if shown.state == State.CANCELLED:  # what an empty tab waited for does not come any more
        teach(shown)
    context = _context(request, shown) | {"fresh": True, "problem": problem}
    return render(request, "pages/popup_live.html", context)


@member_of(Role.VIEWER)
def rows(request: MemberRequest, pk: int, channel: str) -> HttpResponse:
    """Show a page of the list of one tab."""
    shown = shown_sendout(request, pk)
    chosen = find_channel(shown, channel)
    filters = Filters.of(request.GET)
    context = _context(request, shown) | {
        "channel": chosen,
        "filters": filters,
        "rows": find_rows(shown, chosen.key, filters),
    }
    return render(request, "pages/popup_rows.html", context)


@member_of(Role.VIEWER)
def delivery(request: MemberRequest, pk: int, delivery: int) -> HttpResponse:
    """Show one delivery with everything that happened to it."""
    shown = shown_sendout(request, pk)
    related = ("participant", "sender", "sendout__message", "organisation")
    row = get_object_or_404(
        with_carrier(Delivery.objects.select_related(*related)), sendout=shown.id, pk=delivery
    )
    context = _context(request, shown) | {
        "delivery": ShownDelivery(row),
        "may_edit": request.membership.may(Role.SENDER),
        "standalone": "standalone" in request.GET,
    }
    partial = request.headers.get("HX-Request")
    template = "pages/delivery.html" if partial else "pages/delivery_page.html"
    return render(request, template, context)
