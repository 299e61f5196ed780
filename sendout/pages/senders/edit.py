"""Add a sender, change it, take it out of use."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.providers.http_description import presets
from sendout.core.providers.registry import find
from sendout.core.providers.setting import BadConfig, Setting, leading
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.senders.forms import SenderForm, TestForm
from sendout.pages.senders.hook import hook_card, is_told
from sendout.pages.senders.listing import way_name
from sendout.senders import hooks, reception
from sendout.senders.defaults import activate, deactivate, make_default, settle_default
from sendout.senders.esp.catalogue import SERVICES
from sendout.senders.models import Channel, Sender
from sendout.senders.pool import partners
from sendout.senders.signing import can_sign
from sendout.senders.warming import warmup_words


def find_sender(request: MemberRequest, pk: int) -> Sender:
    """Give the organisation's sender. Raises Http404."""
    return get_object_or_404(
        Sender.objects.select_related("organisation"), organisation=request.organisation, pk=pk
    )


@member_of(Role.OWNER)
def add(request: MemberRequest, channel: str, kind: str) -> HttpResponse:
    """Add a sender of this kind; one that speaks for many services asks for which one first."""
    try:
        first = leading(find(channel, kind).settings)
    except BadConfig as error:
        raise Http404(str(error)) from None
    sender = Sender(organisation=request.organisation, channel=channel, kind=kind)
    if first:
        chosen = request.GET.get(first.name, "")
        if chosen not in first.choices:
            return choose_service(request, sender, first)
        sender.config = {first.name: chosen}
    return _form_page(request, sender)


def choose_service(request: MemberRequest, sender: Sender, first: Setting) -> HttpResponse:
    """Ask which email service or gateway it is."""
    labels = {name: service.label for name, service in SERVICES.items()}
    labels |= {name: preset.label for name, preset in presets().items()}
    offered = [(name, labels.get(name) or _("Another gateway")) for name in first.choices]
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "choice": first.name,
        "texts": sender.channel == Channel.SMS,
        "services": sorted(offered, key=lambda each: (each[0] not in labels, each[1].lower())),
    }
    return render(request, "pages/senders/services.html", context)


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
        messages.success(
            request, _("“%(name)s” is saved. Send yourself a test.") % {"name": saved.name}
        )
        return redirect("pages:sender", request.organisation.slug, saved.pk)
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "sender": sender,
        "kind": way_name(sender),
        "channel": Channel(sender.channel).label,
        "form": form,
        "test_form": None if sender.pk is None else test_form(request, sender),
        "can_sign": can_sign(sender),
        "warmup": warmup_words(sender, timezone.now()) if sender.pk else "",
        "partners": partners(sender) if sender.pk else [],
        "hook": hook_card(sender) if sender.pk else None,
        "deaf": reception.trouble(sender) if sender.pk else "",
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
    messages.success(
        request,
        _("%(channel)s leaves through “%(name)s” now.")
        % {"channel": sender.get_channel_display(), "name": sender.name},
    )
    return redirect("pages:senders", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def use(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a sender out of use, or into use again."""
    sender = find_sender(request, pk)
    if sender.active:
        deactivate(sender)
        messages.success(request, _("“%(name)s” is out of use.") % {"name": sender.name})
    else:
        activate(sender)
        messages.success(request, _("“%(name)s” is in use again.") % {"name": sender.name})
    return redirect("pages:senders", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def renew_hook(request: MemberRequest, pk: int) -> HttpResponse:
    """Make another address for the events of a sender's service."""
    sender = find_sender(request, pk)
    if not is_told(sender):
        raise Http404("Nobody tells about this sender's messages.")
    hooks.renew(sender)
    messages.success(
        request, _("The old address is no longer known. Give the service the new one.")
    )
    return redirect("pages:sender", request.organisation.slug, sender.pk)
