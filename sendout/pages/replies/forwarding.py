"""Rules by which replies go on to the staff."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.replies.forms import DAYS, RuleForm
from sendout.replies.answering import CATEGORY
from sendout.replies.models import ForwardRule
from sendout.senders.models import Channel
from sendout.suppression.entries import stops
from sendout.suppression.models import Reason


def find_rule(request: MemberRequest, pk: int) -> ForwardRule:
    """Give the organisation's rule. Raises Http404."""
    rows = ForwardRule.objects.select_related("organisation", "group", "sendout")
    return get_object_or_404(rows, organisation=request.organisation, pk=pk)


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule in the list. targets: phones and mailboxes, and why each gets nothing, if so."""

    rule: ForwardRule
    hours: str
    targets: list[tuple[str, str]]


def shown_rule(rule: ForwardRule) -> ShownRule:
    """Look at a rule with what the Unsubscribes list says about those it names."""
    targets = [(phone, _listed(rule, Channel.SMS, phone)) for phone in rule.phones]
    targets += [(mailbox, _listed(rule, Channel.EMAIL, mailbox)) for mailbox in rule.mailboxes]
    return ShownRule(rule, hours_words(rule), targets)


def _listed(rule: ForwardRule, channel: Channel, address: str) -> str:
    reason = stops(rule.organisation, channel, address, CATEGORY)
    return (
        (_("on the Unsubscribes list: %(reason)s") % {"reason": Reason(reason).label.lower()})
        if reason
        else ""
    )


def hours_words(rule: ForwardRule) -> str:
    """Say when the office of a rule is open."""
    if not rule.days or rule.opens is None or rule.closes is None:
        return _("at any hour")
    names = [name[:3] for day, name in DAYS if day in rule.days]
    return f"{', '.join(names)} {rule.opens:%H:%M}–{rule.closes:%H:%M}"


@member_of(Role.OWNER)
def rules(request: MemberRequest) -> HttpResponse:
    """Show all rules."""
    found = ForwardRule.objects.filter(organisation=request.organisation)
    found = found.select_related("organisation", "group", "sendout").order_by("name")
    context = {
        "organisation": request.organisation,
        "section": "settings",
        "tab": "forwarding",
        "rules": [shown_rule(rule) for rule in found],
    }
    return render(request, "pages/replies/forwarding.html", context)


@member_of(Role.OWNER)
def add(request: MemberRequest) -> HttpResponse:
    """Make a rule."""
    return _form_page(request, ForwardRule(organisation=request.organisation))


@member_of(Role.OWNER)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    return _form_page(request, find_rule(request, pk))


def _form_page(request: MemberRequest, rule: ForwardRule) -> HttpResponse:
    form = RuleForm(request.POST or None, instance=rule)
    if form.is_valid():
        saved = form.save()
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return redirect("pages:forwarding", request.organisation.slug)
    context = {
        "organisation": request.organisation,
        "section": "settings",
        "tab": "forwarding",
        "rule": rule,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "pages/replies/forwarding_edit.html", context, status=status)


@member_of(Role.OWNER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Let go of a rule; what it forwarded stays."""
    rule = find_rule(request, pk)
    rule.delete()
    messages.success(request, _("“%(name)s” is deleted.") % {"name": rule.name})
    return redirect("pages:forwarding", request.organisation.slug)
