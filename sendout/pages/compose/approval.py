"""A second member's approval: asked for on the last page, and given or refused there."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role, User
from sendout.deliveries import freeze
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.check import check_page
from sendout.pages.compose.finding import find_sendout
from sendout.pages.compose.forms import ScheduleForm
from sendout.pages.compose.sending import as_checked, asked_about, back
from sendout.sendouts import approval_mail, approving, lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Approval, SendOut, Verdict
from sendout.series import steering


@member_of(Role.SENDER)
@require_POST
def ask(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask the others to approve what the page showed, to leave at once or at a time."""
    sendout = find_sendout(request, pk)
    timed = "when" in request.POST and not sendout.pattern
    form = ScheduleForm(request.POST) if timed else None
    if form is not None and not form.is_valid():
        return check_page(request, sendout, form)
    when = form.cleaned_data["when"] if form else None
    try:
        with as_checked(sendout, request.POST.get("version", "")) as draft:
            approval = approving.ask(draft, request.user, when)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    _tell(request, approval, approving.approvers(draft, request.user))
    return _onward(request, sendout)


def _onward(request: MemberRequest, sendout: SendOut) -> HttpResponse:
    """Lead to where it can be seen from now on."""
    if sendout.pattern:
        return redirect("pages:series", request.organisation.slug, sendout.series.pk)
    return redirect("pages:messages", request.organisation.slug)


def _tell(request: MemberRequest, approval: Approval, members: list[User]) -> None:
    there = reverse("pages:compose_check", args=[request.organisation.slug, approval.sendout_id])
    names = ", ".join(map(str, members))
    try:
        approval_mail.mail(approval, settings.URL + there, members)
    except (OSError, SMTPException):
        sentence = _("“{name}” waits for approval, but the email could not be sent: tell {names}.")
        messages.warning(request, sentence.format(name=approval.sendout, names=names))
    else:
        sentence = _("“{name}” waits for approval by {names}, who were told by email.")
        messages.success(request, sentence.format(name=approval.sendout, names=names))


@member_of(Role.SENDER)
@require_POST
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the question back; the send-out is a draft like any other."""
    approving.withdraw(find_sendout(request, pk))
    messages.success(request, _("Nobody is asked for approval any more."))
    return redirect("pages:compose_check", request.organisation.slug, pk)


@member_of(Role.SENDER)
@require_POST
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """Approve what the page showed, and let it leave: now, or at the time that was asked for.

    What repeats, does so from now on.
    """
    sendout = find_sendout(request, pk)
    at = _asked_for(sendout) or timezone.now()
    if not sendout.pattern and (night := asked_about(request, sendout, at)):
        sentence = _("It is night for {n} who would get the SMS: say that they may come then.")
        messages.error(request, sentence.format(n=f"{night.people:,}"))
        return redirect("pages:compose_check", request.organisation.slug, pk)
    try:
        with as_checked(sendout, request.POST.get("version", "")) as draft:
            approval = approving.decide(draft, request.user, Verdict.APPROVED)
            _start(draft, approval)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    messages.success(request, _("“{name}” is approved.").format(name=sendout.name))
    return _onward(request, sendout)


def _start(draft: SendOut, approval: Approval) -> None:
    if draft.pattern:
        steering.start(draft.series)
    elif approval.when:
        lifecycle.schedule(draft, approval.when)
    else:
        freeze.send(draft)


def _asked_for(sendout: SendOut) -> datetime | None:
    approval = approving.open_of(sendout)
    return approval.when if approval else None


@member_of(Role.SENDER)
@require_POST
def send_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Send it back to who asked, with what is to be changed."""
    sendout = find_sendout(request, pk)
    note = request.POST.get("note", "")[:1000]
    if not note.strip():
        return back(request, sendout, NotPossible(_("Say what is to be changed.")))
    try:
        approving.decide_alone(sendout, request.user, Verdict.RETURNED, note)
    except NotPossible as refusal:
        return back(request, sendout, refusal)
    messages.success(request, _("“{name}” is sent back.").format(name=sendout.name))
    return _onward(request, sendout)
