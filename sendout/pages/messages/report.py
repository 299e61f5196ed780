"""After the send-out: what did not arrive, why, and what can be done about it in one click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.bounces.clusters import Group, Why, gather
from sendout.core.bounces.diagnosis import Diagnosis, diagnose
from sendout.core.delivery.status import Status
from sendout.deliveries.causes import Part, alike, heard
from sendout.deliveries.causes_steps import RETRIED, SENT_AGAIN, retry_now, send_again
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.popup import find_channel, shown_sendout
from sendout.pages.messages.report_words import words_for
from sendout.pages.messages.shown import Shown, ShownChannel
from sendout.pages.wording import counted, number
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import State
from sendout.wording.said import said

NAMED = 5  # domains that are named before the rest is counted
SECTIONS = (
    (gettext_lazy("Failed"), ("failed",), Status.ERROR),
    (gettext_lazy("Waiting for another try"), ("later",), Status.DEFERRED),
    (gettext_lazy("Outcome unknown"), ("unknown",), Status.UNKNOWN),
    (gettext_lazy("Not sent"), ("skipped", "cancelled"), Status.SKIPPED),
    (gettext_lazy("Not looked at one by one"), ("rest",), Status.UNKNOWN),
)
SENDERS = (Why.SIGN_IN, Why.SENDER_DOWN, Why.PROOF, Why.TOO_FAST)


@dataclass(frozen=True, slots=True)
class Cause:
    """One group as it is shown. choose: of "Send again", where that is more than one click."""

    group: Group
    title: str
    means: str
    domains: str
    retry: bool
    again: bool
    listed: str
    of_sender: bool
    choose: str


@dataclass(frozen=True, slots=True)
class Section:
    """Groups of one kind under a heading. status: whose colour they have."""

    title: str
    status: str
    causes: list[Cause]

    @property
    def n(self) -> int:
        """How many deliveries these are."""
        return sum(cause.group.n for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Report:
    """What did not arrive of one channel."""

    sections: list[Section]
    diagnoses: list[Diagnosis]


def part_of(shown: Shown, channel: ShownChannel) -> Part:
    """Say whose causes are asked for."""
    return Part(shown.id, channel.key, channel.tally)


def make(shown: Shown, channel: ShownChannel) -> Report:
    """Look at everything of this channel that did not arrive."""
    part = part_of(shown, channel)
    groups = gather(alike(part))
    blocked = any(block.n > 1 for group in groups for block in group.blockers.values())
    known = heard(part) if blocked and channel.key == "email" else None
    return Report(_sections(shown, groups, channel.key), diagnose(groups, known))


def _sections(shown: Shown, groups: Sequence[Group], channel: str) -> list[Section]:
    found = [
        Section(
            str(title), status, [_cause(shown, g, channel) for g in groups if g.stage in stages]
        )
        for title, stages, status in SECTIONS
    ]
    return [section for section in found if section.causes]


def _cause(shown: Shown, group: Group, channel: str) -> Cause:
    words = words_for(group)
    bad = group.key in ("failed-no_mailbox", "failed-no_domain")
    listed = "bad_email" if channel == "email" else "bad_number"
    return Cause(
        group=group,
        title=str(words.title),
        means=str(words.means),
        domains=_domains(group),
        retry=group.key in RETRIED and shown.state == State.RUNNING,
        again=group.key in SENT_AGAIN,
        listed=f"channel={channel}&reason={listed}" if bad else "",
        of_sender=group.why in SENDERS,
        choose=f"unknown-{channel}" if group.stage == "unknown" else "",
    )


def _domains(group: Group) -> str:
    """Name the domains with most, and count the others."""
    named = [(d, n) for d, n in group.domains.most_common() if d]
    first = ", ".join(f"{domain} {n:,}" for domain, n in named[:NAMED])
    others = sum(n for _, n in named[NAMED:])
    more = (
        (
            _(", and %(n)s at %(domains)s others")
            % {"n": number(others), "domains": number(len(named) - NAMED)}
        )
        if others
        else ""
    )
    return first + more


def _answer(
    request: MemberRequest, pk: int, key: str, said: str = "", made: int = 0
) -> HttpResponse:
    shown = shown_sendout(request, pk)
    channel = find_channel(shown, key)
    context = {
        "organisation": request.organisation,
        "membership": request.membership,
        "may_edit": request.membership.may(Role.SENDER),
        "may_set_up": request.membership.may(Role.OWNER),
        "section": "messages",
        "sendout": shown,
        "channel": channel,
        "sender": shown.sendout.sender(key),
        "report": make(shown, channel),
        "said": said,
        "made": made,
    }
    partial = request.headers.get("HX-Request")
    template = "pages/report.html" if partial else "pages/report_page.html"
    return render(request, template, context)


@member_of(Role.VIEWER)
def report(request: MemberRequest, pk: int, channel: str) -> HttpResponse:
    """Show what did not arrive by one channel, in the popup or as a page."""
    return _answer(request, pk, channel)


def _done(request: MemberRequest, pk: int, channel: str, told: str, made: int = 0) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _answer(request, pk, channel, told, made)
    messages.info(request, told)
    return redirect("pages:report", request.organisation.slug, pk, channel)


@member_of(Role.SENDER)
@require_POST
def retry(request: MemberRequest, pk: int, channel: str) -> HttpResponse:
    """Try those again now that wait with one cause."""
    shown = shown_sendout(request, pk)
    part = part_of(shown, find_channel(shown, channel))
    n = retry_now(shown.sendout, part, request.POST.get("cause", ""))
    told = counted("%(n)s is tried again now.", "%(n)s are tried again now.", n)
    if not n:
        told = _("None can be tried sooner: they were tried a moment ago, or have few tries left.")
    return _done(request, pk, channel, told)


@member_of(Role.SENDER)
@require_POST
def resend(request: MemberRequest, pk: int, channel: str) -> HttpResponse:
    """Send the message again to those it failed for with one cause."""
    shown = shown_sendout(request, pk)
    part = part_of(shown, find_channel(shown, channel))
    try:
        again = send_again(shown.sendout, part, request.POST.get("cause", ""), request.user)
    except NotPossible as refusal:
        return _done(
            request,
            pk,
            channel,
            _("Nothing was sent again. %(reason)s") % {"reason": said(str(refusal))},
        )
    if not again.sendouts:
        told = _("Nothing was sent again: they got it since, or it is on its way to them already.")
        return _done(request, pk, channel, told)
    made = again.sendouts[0]
    people = counted("%(n)s person", "%(n)s people", again.people)
    return _done(
        request,
        pk,
        channel,
        _("“%(name)s” is being sent to %(people)s.") % {"name": made.name, "people": people},
        made.pk,
    )
