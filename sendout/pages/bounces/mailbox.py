"""Add a mailbox, change it, try it, take it out of use."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.bounces.forms import MailboxForm
from sendout.returns.entering import probe
from sendout.returns.models import Mailbox, MailboxKind


def find_mailbox(request: MemberRequest, pk: int) -> Mailbox:
    """Give the organisation's mailbox. Raises Http404."""
    return get_object_or_404(Mailbox, organisation=request.organisation, pk=pk)


@member_of(Role.OWNER)
def add(request: MemberRequest, protocol: str) -> HttpResponse:
    """Add a mailbox."""
    if protocol not in MailboxKind:
        raise Http404("There is no such kind of mailbox.")
    return _form_page(request, Mailbox(organisation=request.organisation, kind=protocol))


@member_of(Role.OWNER)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a mailbox."""
    return _form_page(request, find_mailbox(request, pk))


def _form_page(request: MemberRequest, mailbox: Mailbox) -> HttpResponse:
    form = MailboxForm(request.POST or None, instance=mailbox)
    if form.is_valid():
        saved = form.save()
        messages.success(
            request, _("“%(name)s” is saved. Test whether it works.") % {"name": saved.name}
        )
        return redirect("pages:mailbox", request.organisation.slug, saved.pk)
    context = {
        "organisation": request.organisation,
        "section": "bounces",
        "mailbox": mailbox,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/bounces/mailbox.html", context, status=status)


@member_of(Role.OWNER)
@require_POST
def test(request: MemberRequest, pk: int) -> HttpResponse:
    """Sign in now and say what came of it; nothing is taken out of the mailbox."""
    mailbox = find_mailbox(request, pk)
    works, said = probe(mailbox)
    if "HX-Request" not in request.headers:
        (messages.success if works else messages.error)(request, said)
        return redirect("pages:mailbox", request.organisation.slug, mailbox.pk)
    context = {
        "organisation": request.organisation,
        "mailbox": mailbox,
        "works": works,
        "said": said,
    }
    return render(request, "pages/bounces/test_card.html", context)


@member_of(Role.OWNER)
@require_POST
def use(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a mailbox out of use, or into use again."""
    mailbox = find_mailbox(request, pk)
    mailbox.active = not mailbox.active
    mailbox.look_at = None
    mailbox.save(update_fields=["active", "look_at"])
    words = (
        _("“%(name)s” is in use again.")
        if mailbox.active
        else _("“%(name)s” is out of use; nothing is fetched from it.")
    )
    messages.success(request, words % {"name": mailbox.name})
    return redirect("pages:bounces", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget a mailbox and its password; what is in it stays there."""
    mailbox = find_mailbox(request, pk)
    mailbox.delete()
    messages.success(
        request, _("“%(name)s” is forgotten, with its password.") % {"name": mailbox.name}
    )
    return redirect("pages:bounces", request.organisation.slug)
