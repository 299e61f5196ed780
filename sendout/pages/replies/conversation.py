"""One conversation: what was said, a box to answer, who takes care of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Membership, Role
from sendout.core.message.sms import measure
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.replies.thread import items_of
from sendout.replies import answering, conversations
from sendout.replies.models import Conversation
from sendout.replies.wording import LONGEST, people_of
from sendout.sendouts.lifecycle import NotPossible


def find_conversation(request: MemberRequest, pk: int) -> Conversation:
    """Give the organisation's conversation. Raises Http404."""
    rows = Conversation.objects.select_related("organisation", "assigned")
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


def thread_context(request: MemberRequest, conversation: Conversation) -> dict[str, object]:
    """Give what the part of the page needs that moves."""
    return {
        "organisation": request.organisation,
        "section": "replies",
        "may_answer": request.membership.may(Role.SENDER),
        "conversation": conversation,
        "items": items_of(conversation),
        "stopped": answering.stopped_words(conversation),
    }


@member_of(Role.VIEWER)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the whole conversation."""
    conversation = find_conversation(request, pk)
    return _page(request, conversation)


def _page(
    request: MemberRequest, conversation: Conversation, text: str = "", problem: str = ""
) -> HttpResponse:
    members = Membership.objects.filter(organisation=request.organisation).select_related("user")
    context = thread_context(request, conversation) | {
        "people": people_of(conversation),
        "members": members.order_by("user__name", "user__email"),
        "text": text,
        "problem": problem,
        "sms": measure(text),
        "longest": LONGEST,
    }
    status = 422 if problem else 200
    return render(request, "pages/replies/conversation.html", context, status=status)


@member_of(Role.VIEWER)
def thread(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the part that moves."""
    context = thread_context(request, find_conversation(request, pk))
    return render(request, "pages/replies/thread.html", context)


@member_of(Role.SENDER)
@require_POST
def answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Send an answer, or say why that cannot be."""
    conversation = find_conversation(request, pk)
    text, problem = request.POST.get("text", "").replace("\0", ""), ""
    try:
        answering.answer(conversation, text, member=request.user)
        conversations.mark_read(conversation)
    except (answering.Refused, NotPossible) as refusal:
        problem = str(refusal)
    conversation.refresh_from_db()
    if not request.headers.get("HX-Request"):
        if problem:
            return _page(request, conversation, text, problem)
        return redirect("pages:conversation", request.organisation.slug, pk)
    answered = {"problem": problem, "fresh": True, "sms": measure(""), "longest": LONGEST}
    context = thread_context(request, conversation) | answered
    return render(request, "pages/replies/answered.html", context)


@member_of(Role.SENDER)
@require_POST
def assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the conversation to a member, or to nobody."""
    conversation = find_conversation(request, pk)
    given = request.POST.get("member", "")
    known = Membership.objects.filter(organisation=request.organisation)
    chosen = known.filter(pk=int(given)) if given.isdecimal() and len(given) < 19 else None
    membership = chosen.select_related("user").first() if chosen is not None else None
    conversations.assign(conversation, membership)
    whom = (
        (_("%(who)s takes care of it.") % {"who": membership.user})
        if membership
        else _("Nobody takes care of it now.")
    )
    messages.success(request, whom)
    return redirect("pages:conversation", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def done(request: MemberRequest, pk: int) -> HttpResponse:
    """Put the conversation away, or take it up again; then show the list, or the conversation."""
    conversation = find_conversation(request, pk)
    conversations.mark_done(conversation, request.POST.get("done") != "0")
    if request.POST.get("done") == "0":
        return redirect("pages:conversation", request.organisation.slug, pk)
    messages.success(
        request,
        _("%(phone)s is done; a new reply brings it back.") % {"phone": conversation.phone},
    )
    return redirect("pages:replies", request.organisation.slug)


@member_of(Role.SENDER)
@require_POST
def read(request: MemberRequest, pk: int) -> HttpResponse:
    """Note that somebody looked at it; shows how many are left unread."""
    conversations.mark_read(find_conversation(request, pk))
    if not request.headers.get("HX-Request"):
        return redirect("pages:conversation", request.organisation.slug, pk)
    context = {"organisation": request.organisation}
    return render(request, "partials/replies_unread.html", context)
