"""Manage notifications: what a recipient chooses behind the link in a message, without a sign-in.

The link stands in the footer and in the List-Unsubscribe header. Scanners follow links, so a GET
never changes anything; a mail program's own button posts as RFC 8058 says.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.access import public
from sendout.pages.public.recipient import came_with, find_delivery, reached
from sendout.pages.public.shown import changes, shown
from sendout.pages.public.words import WORDS
from sendout.senders.models import Channel
from sendout.suppression.choices import (
    CATEGORIES,
    CHOSEN,
    ONE_CLICK,
    choose,
    leave,
    standings,
)


# A mail program posts without a cookie (RFC 8058 section 3.2); the signed token is the proof.
@public("the signed link of a message")
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is chosen, and on a POST alone change it."""
    delivery = find_delivery(token)
    if delivery is None:
        answer = render(request, "pages/public/bad_link.html", {"languages": WORDS}, status=404)
    elif request.method == "POST":
        answer = _change(request, delivery)
    else:
        answer = _page(request, delivery)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _change(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Do what was posted, and nothing for a body that no page or mail program of ours sends."""
    before = _chosen(delivery)
    posted = request.POST
    if posted.get("List-Unsubscribe") == "One-Click":
        _leave(delivery, [delivery.channel], ONE_CLICK)
    elif "leave" in posted:
        _leave(delivery, list(Channel), CHOSEN)
    elif "save" in posted:
        if not _choose(delivery, posted.getlist("on")):
            return _page(request, delivery, too_often=True, status=429)
    else:
        return _page(request, delivery, status=400)
    return _page(request, delivery, before=before)


def _leave(delivery: Delivery, channels: Collection[str], evidence: str) -> None:
    with transaction.atomic():
        for each in reached(delivery):
            if each.place.channel in channels:
                said = f"{evidence} {came_with(delivery)}"
                leave(each.place, CATEGORIES, said, delivery.pk)
        _note(delivery)


def _choose(delivery: Delivery, wanted: Collection[str]) -> bool:
    """Make the ticked boxes the choice; False when it came and went too often today."""
    before = _chosen(delivery)
    evidence = f"{CHOSEN} {came_with(delivery)}"
    with transaction.atomic():
        done = [
            choose(each.place, _of(each.place.channel, wanted), evidence, delivery.pk)
            for each in reached(delivery)
        ]
        if any(key in before - _chosen(delivery) for key in _keys(delivery.channel)):
            _note(delivery)
    return all(done)


def _keys(channel: str) -> list[str]:
    return [f"{channel}.{category}" for category in CATEGORIES]


def _of(channel: str, keys: Collection[str]) -> list[str]:
    return [key.partition(".")[2] for key in _keys(channel) if key in keys]


def _note(delivery: Delivery) -> None:
    """Tell the delivery's story that its link was used to leave, once."""
    record([Happening(delivery.pk, "unsubscribed", timezone.now(), "recipient", key="page")])


def _chosen(delivery: Delivery) -> set[str]:
    return {
        f"{each.place.channel}.{standing.category}"
        for each in reached(delivery)
        for standing in standings(each.place)
        if standing.on
    }


def _page(
    request: HttpRequest,
    delivery: Delivery,
    *,
    before: set[str] | None = None,
    too_often: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show how things stand now; before: what was chosen until this request changed it."""
    own = delivery.participant or delivery.organisation
    language = request.GET.get("lang", own.language)
    language = language if language in WORDS else "en"
    words = WORDS[language]
    now = _chosen(delivery)
    channels = [shown(each, words) for each in reached(delivery)]
    context = {
        "languages": [(code, WORDS[code]["language"]) for code in WORDS if code != language],
        "words": words,
        "club": delivery.organisation,
        "channels": channels,
        "can_leave": any(each.on and each.may_change for c in channels for each in c.choices),
        "can_save": any(each.may_change for c in channels for each in c.choices),
        "saved": before is not None,
        "changes": changes(before, now, words) if before is not None else [],
        "before": sorted(before or ()) if before != now else [],
        "undo": before is not None and before != now,
        "too_often": too_often,
    }
    with translation.override(language):
        return render(request, "pages/public/notifications.html", context, status=status)
