"""The buttons of the popup: pause, resume, cancel, the SMS that follow, a correction."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.deliveries import amending, fallback, steer
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.listing import find_one
from sendout.pages.messages.popup import live_page
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut


def _do(request: MemberRequest, pk: int, step: Callable[[SendOut], object]) -> HttpResponse:
    """Take the step if it is possible, and show how things stand now."""
    sendout = find_one(request, pk)
    problem = ""
    try:
        step(sendout)
    except lifecycle.NotPossible as refusal:
        problem = str(refusal)
        if not request.headers.get("HX-Request"):
            messages.error(request, problem)
    return live_page(request, pk, problem)


@member_of(Role.SENDER)
@require_POST
def pause(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop for now; what a connection holds still leaves."""
    return _do(request, pk, lifecycle.pause)


@member_of(Role.SENDER)
@require_POST
def resume(request: MemberRequest, pk: int) -> HttpResponse:
    """Go on where it was paused."""
    return _do(request, pk, steer.resume)


@member_of(Role.SENDER)
@require_POST
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Stop for good; what has left stays as it is."""
    return _do(request, pk, steer.cancel)


@member_of(Role.SENDER)
@require_POST
def send_sms(request: MemberRequest, pk: int) -> HttpResponse:
    """Send the SMS that follow the emails without waiting any longer."""
    at_night = "at_night" in request.POST
    return _do(request, pk, lambda each: fallback.send_now(each, timezone.now(), at_night=at_night))


@member_of(Role.SENDER)
@require_POST
def call_off_sms(request: MemberRequest, pk: int) -> HttpResponse:
    """Have no SMS follow the emails."""
    return _do(request, pk, fallback.call_off)


@member_of(Role.SENDER)
@require_POST
def correction(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin a draft to those alone who have got this one."""
    sendout = find_one(request, pk)
    try:
        draft = amending.begin_correction(sendout, request.user)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("pages:popup", request.organisation.slug, pk)
    messages.info(request, _("It goes to those who got the message: write what is right."))
    return redirect("pages:compose_write", request.organisation.slug, draft.pk)
