"""The last look before sending: who would get it, who not and why, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.compose.filing import files_of
from sendout.compose.markup import BadStyle
from sendout.compose.rendering import templates
from sendout.compose.versions import languages_of
from sendout.core.quiet import Night
from sendout.deliveries.freeze import Forecast
from sendout.deliveries.quiet import hours_of, night_of
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.approval_shown import shown_approval
from sendout.pages.compose.audience import without_sender
from sendout.pages.compose.cost import cost_context
from sendout.pages.compose.files import unfinished
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.forms import ScheduleForm
from sendout.pages.compose.lasting import lasting
from sendout.pages.compose.preview import panel_context
from sendout.pages.compose.reach import look, reach_context
from sendout.pages.compose.warnings import warnings_of
from sendout.pages.zones import by_zone
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, FallbackTo, SendOut, State
from sendout.sendouts.waits import wait_words
from sendout.series import steering


@member_of(Role.SENDER)
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the send-out as it would leave now, and the ways to let it."""
    sendout = find_sendout(request, pk)
    if sendout.state not in (State.DRAFT, State.SCHEDULED):
        return closed_page(request, sendout)
    return check_page(request, sendout)


@dataclass(frozen=True, slots=True)
class Asking:
    """The question whether texts may arrive in this night. when: the time chosen; None for now."""

    night: Night
    when: datetime | None = None


def check_page(
    request: MemberRequest,
    sendout: SendOut,
    scheduling: ScheduleForm | None = None,
    asking: Asking | None = None,
    fix: object = None,
) -> HttpResponse:
    """Make the page; `scheduling` is the form as it was sent, when it had errors or is asked about.

    asking: what must be answered before anything is sent or scheduled. fix: what is open beside one
    of the people (`fixing.Fix`).
    """
    shown = panel_context(request, sendout)
    style = str(shown.get("bad_style", ""))
    leaving = leaving_context(request, sendout, scheduling, asking, style)
    context = {
        **shown,
        **leaving,
        **reach_context(request, sendout, leaving["reached"], fix),
        "section": "messages",
        "step": "check",
        "without_sender": without_sender(sendout),
    }
    wrong = fix is not None and request.method == "POST"
    status = 409 if asking else 422 if wrong or (scheduling and scheduling.errors) else 200
    return render(request, "pages/compose/check.html", context, status=status)


def leaving_context(
    request: MemberRequest,
    sendout: SendOut,
    scheduling: ScheduleForm | None = None,
    asking: Asking | None = None,
    style: str | None = None,
) -> dict[str, Any]:
    """Give what follows from the numbers: what is missing, what it costs, whether it can leave.

    style: what is wrong with the email's styles, where that is known; empty for nothing.
    """
    now = look(request, sendout)
    expected = now.forecast
    return {
        "organisation": request.organisation,
        "sendout": sendout,
        "reached": now,
        **files_along(sendout),
        "scheduled": sendout.state == State.SCHEDULED,
        "to_send": sum(expected.by_channel[c].to_send for c in Channels(sendout.channels).at_start),
        "then_sms": then_sms(sendout),
        **(cost_context(sendout, expected) if expected.to_send else {}),
        **warnings_of(sendout, expected),
        "approval": shown_approval(sendout, request.user),
        "lasting": lasting(sendout, expected),
        "hindrance": hindrance(sendout, expected, style),
        "zone_help": _("In your time zone, {zone}.").format(zone=request.organisation.timezone),
        "by_zone": by_zone(sendout),
        "asking": asking,
        "night": night_of(sendout, sendout.scheduled_for or timezone.now()),
        "hours": hours_of(request.organisation),
        "scheduling": scheduling or ScheduleForm.of(sendout),
    }


def files_along(sendout: SendOut) -> dict[str, Any]:
    """Give the files that go along with the emails; an SMS carries none."""
    if Channel.EMAIL not in Channels(sendout.channels).used:
        return {}
    files = list(files_of(sendout.message))
    return {
        "links_along": [each for each in files if not each.attached],
        "attached": [each for each in files if each.attached],
    }


def then_sms(sendout: SendOut) -> str:
    """Say when the SMS go, and to whom; empty for a message without any that follow."""
    if sendout.channels != Channels.EMAIL_THEN_SMS:
        return ""
    return _("SMS follow %(wait)s after the last email, to those %(whom)s.") % {
        "whom": FallbackTo(sendout.fallback_to).label,
        "wait": wait_words(sendout.fallback_minutes),
    }


def hindrance(sendout: SendOut, expected: Forecast, style: str | None = None) -> str:
    """Say in one sentence why the send-out cannot leave as it is; empty when it can.

    style: what is wrong with the email's styles in the language that is shown, where that is known;
    empty for nothing.
    """
    try:
        steering.check(sendout.series) if sendout.pattern else lifecycle.check(sendout)
        if style is None or sendout.message.other_language:
            for language in languages_of(sendout.message, sendout.organisation):
                templates(sendout.message, sendout.organisation, language)
    except (NotPossible, BadStyle) as error:
        return str(error)
    if style:
        return style
    if waiting := unfinished(sendout):
        return waiting
    if not expected.to_send:
        return _("Nobody would get it: choose whom it goes to, or see why they are skipped.")
    return ""
