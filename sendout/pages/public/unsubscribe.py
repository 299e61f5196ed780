"""The recipient's page behind the link in the footer and the List-Unsubscribe header."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sendout.core.addresses import BadAddress, read_email
from sendout.core.tokens import BadToken
from sendout.deliveries.links import read_unsubscribe
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.pages.access import public
from sendout.pages.public.words import WORDS
from sendout.senders.models import Channel
from sendout.suppression.entries import covered, find, lift, suppress
from sendout.suppression.models import Reason, Suppression

ONE_CLICK = "One click in the mail program (RFC 8058)."
BUTTON = "The button on the unsubscribe page."
RETURN = "The recipient came back by the unsubscribe page."


# A mail program posts without a cookie (RFC 8058 section 3.2); the signed token is the proof.
@public("the signed link of a message")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and act on a POST alone: scanners follow links, so a GET never changes anything."""
    delivery = find_delivery(token)
    if delivery is None:
        return render(request, "pages/public/bad_link.html", {"languages": WORDS}, status=404)
    state = "ask"
    if request.method == "POST" and "back" in request.POST:
        come_back(delivery)
        state = "returned"
    elif request.method == "POST":
        leave(delivery, one_click="List-Unsubscribe" in request.POST)
    return page(request, delivery, state)


def find_delivery(token: str) -> Delivery | None:
    """Give the delivery that the link came with, if it is still there."""
    try:
        key = read_unsubscribe(token)
    except BadToken:
        return None
    related = ("organisation", "participant", "sendout__message")
    return Delivery.objects.select_related(*related).filter(pk=key).first()


def address_of(delivery: Delivery) -> str:
    """Give the address it went to, as the Unsubscribes list writes it."""
    try:
        email = read_email(delivery.address) if delivery.channel == Channel.EMAIL else None
    except BadAddress:
        email = None
    return email.normal if email else delivery.address


def leave(delivery: Delivery, *, one_click: bool) -> None:
    """Put the address on the list and note it on the delivery, each once."""
    with transaction.atomic():
        suppress(
            delivery.organisation,
            delivery.channel,
            address_of(delivery),
            Reason.UNSUBSCRIBED,
            evidence=ONE_CLICK if one_click else BUTTON,
            delivery=delivery.pk,
        )
        told = Happening(delivery.pk, "unsubscribed", timezone.now(), "recipient", key="page")
        record([told])


def own_entry(delivery: Delivery) -> Suppression | None:
    """Give the entry that this page made for the address, the only one that it can undo."""
    wanted = covered(delivery.channel, Reason.UNSUBSCRIBED)
    for entry in find(delivery.organisation, delivery.channel, address_of(delivery)):
        if entry.category == wanted and entry.reason == Reason.UNSUBSCRIBED:
            made_here = entry.evidence.split("\n")[0] in (ONE_CLICK, BUTTON)
            return entry if made_here else None
    return None


def come_back(delivery: Delivery) -> None:
    """Undo what this page did; what others did stays."""
    entry = own_entry(delivery)
    if entry is not None:
        lift(entry, RETURN)


def page(request: HttpRequest, delivery: Delivery, state: str) -> HttpResponse:
    """Show how things stand now."""
    language = delivery.participant.language
    entries = find(delivery.organisation, delivery.channel, address_of(delivery))
    mine = own_entry(delivery)
    category = covered(delivery.channel, Reason.UNSUBSCRIBED)
    others = [entry for entry in entries if entry != mine and entry.category in ("", category)]
    context = {
        "LANGUAGE_CODE": language if language in WORDS else "en",
        "words": WORDS.get(language, WORDS["en"]),
        "club": delivery.organisation,
        "address": mask(delivery.address),
        "is_email": delivery.channel == Channel.EMAIL,
        "state": "done" if mine or others else state,
        "may_return": mine is not None,
        "others": bool(others),
    }
    return render(request, "pages/public/unsubscribe.html", context)


def mask(address: str) -> str:
    """Show enough of an address for its owner to know it, and too little for others."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}•••@{domain}"
    return "•" * max(len(address) - 2, 0) + address[-2:]
