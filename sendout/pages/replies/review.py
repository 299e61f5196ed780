"""Replies that may mean STOP: on the list with one click, or not meant so."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role, User
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.replies.conversation import thread_context
from sendout.people.addresses import everybody_at
from sendout.replies import review
from sendout.replies.models import Reply, Review

MOST = 100


@member_of(Role.VIEWER)
def queue(request: MemberRequest) -> HttpResponse:
    """Show what is to be decided, the newest first; htmx gets the list alone."""
    return _queue(request)


def _queue(request: MemberRequest) -> HttpResponse:
    found = Reply.objects.filter(organisation=request.organisation, review=Review.OPEN)
    replies = list(found.select_related("delivery__sendout").order_by("-at", "-pk")[:MOST])
    people = everybody_at(request.organisation, "sms", [reply.phone for reply in replies])
    context = {
        "organisation": request.organisation,
        "section": "replies",
        "may_decide": request.membership.may(Role.SENDER),
        "rows": [(reply, people.get(reply.phone, [])) for reply in replies],
    }
    partial = "HX-Request" in request.headers
    name = "review_rows.html" if partial else "review.html"
    return render(request, f"pages/replies/{name}", context)


def _decide(
    request: MemberRequest, pk: int, decision: Callable[[Reply, User], bool], said: str
) -> HttpResponse:
    """Decide, and show again what the button stood in: the queue or a conversation."""
    rows = Reply.objects.select_related("organisation", "conversation__organisation")
    reply = get_object_or_404(rows, organisation=request.organisation, pk=pk)
    done = decision(reply, request.user)
    if request.headers.get("HX-Request"):
        if "thread" not in request.POST:
            return _queue(request)
        reply.conversation.refresh_from_db()
        context = thread_context(request, reply.conversation)
        return render(request, "pages/replies/thread.html", context)
    words = said.format(reply.phone) if done else _("Somebody decided that already.")
    messages.success(request, words)
    return redirect("pages:replies_review", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def put_on_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the words for a STOP."""
    return _decide(request, pk, review.put_on_list, _("{} is on the Unsubscribes list."))


@member_of(Role.SENDER)
@require_POST
def dismiss(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave the phone as it is."""
    return _decide(request, pk, review.dismiss, _("{} gets messages as before."))
