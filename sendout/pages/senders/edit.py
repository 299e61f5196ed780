"""Add a sender, change it, take it out of use."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.providers.registry import find
from sendout.core.providers.setting import BadConfig
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.senders.forms import SenderForm, TestForm
from sendout.pages.senders.listing import kind_name
from sendout.senders.defaults import activate, deactivate, make_default, settle_default
from sendout.senders.models import Channel, Sender


def find_sender(request: MemberRequest, pk: int) -> Sender:
    """Give the organisation's sender. Raises Http404."""
    return get_object_or_404(
        Sender.objects.select_related("organisation"), organisation=request.organisation, pk=pk
    )


@member_of(Role.OWNER)
def add(request: MemberRequest, channel: str, kind: str) -> HttpResponse:
    """Add a sender of this kind."""
    try:
        find(channel, kind)
    except BadConfig as error:
        raise Http404(str(error)) from None
    sender = Sender(organisation=request.organisation, channel=channel, kind=kind)
    return _form_page(request, sender)


@member_of(Role.OWNER)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a sender."""
    return _form_page(request, find_sender(request, pk))


def _form_page(request: MemberRequest, sender: Sender) -> HttpResponse:
    form = SenderForm(request.POST or None, instance=sender)
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            settle_default(request.organisation, saved.channel)
        messages.success(request, f"“{saved.name}” is saved. Send yourself a test.")
        return redirect("pages:sender", request.organisation.slug, saved.pk)
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "sender": sender,
        "kind": kind_name(sender.kind),
        "channel": Channel(sender.channel).label,
        "form": form,
        "test_form": None if sender.pk is None else test_form(request, sender),
    }
    status = 422 if form.errors else 200
    return render(request, "pages/senders/edit.html", context, status=status)


def test_form(request: MemberRequest, sender: Sender) -> TestForm:
    """Give the form for a test, filled in with the member's own address for email."""
    own = request.user.email if sender.channel == Channel.EMAIL else ""
    return TestForm(initial={"to": own}, sender=sender)


@member_of(Role.OWNER)
@require_POST
def default(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a sender its channel's default."""
    sender = find_sender(request, pk)
    make_default(sender)
    messages.success(request, f"{sender.get_channel_display()} leaves through “{sender.name}” now.")
    return redirect("pages:senders", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def use(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a sender out of use, or into use again."""
    sender = find_sender(request, pk)
    if sender.active:
        deactivate(sender)
        messages.success(request, f"“{sender.name}” is out of use.")
    else:
        activate(sender)
        messages.success(request, f"“{sender.name}” is in use again.")
    return redirect("pages:senders", request.organisation.slug)
