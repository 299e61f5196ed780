"""The last look before sending: who would get it, who not and why, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.compose.fields import missing_fields, problems
from sendout.compose.markup import BadStyle
from sendout.compose.rendering import templates
from sendout.core.delivery.status import Status
from sendout.core.message.mending import to_mend
from sendout.core.quiet import Night
from sendout.deliveries.freeze import Forecast, Reach, forecast
from sendout.deliveries.quiet import hours_of, night_of
from sendout.deliveries.report import reason_words
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.audience import without_sender
from sendout.pages.compose.characters import characters
from sendout.pages.compose.cost import cost_context
from sendout.pages.compose.files import unfinished
from sendout.pages.compose.finding import closed_page, find_sendout
from sendout.pages.compose.forms import ScheduleForm
from sendout.pages.compose.preview import panel_context
from sendout.senders.models import Channel
from sendout.sendouts import lifecycle
from sendout.sendouts.audience import reached
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Channels, SendOut, State


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
) -> HttpResponse:
    """Make the page; `scheduling` is the form as it was sent, when it had errors or is asked about.

    asking: what must be answered before anything is sent or scheduled.
    """
    expected = forecast(sendout)
    context = {
        **panel_context(request, sendout),
        "section": "messages",
        "step": "check",
        "scheduled": sendout.state == State.SCHEDULED,
        "reaches": [_reach(name, reach) for name, reach in expected.by_channel.items()],
        "to_send": expected.to_send,
        **(cost_context(sendout, expected) if expected.to_send else {}),
        "missing": missing(sendout),
        "to_mend": mending(sendout),
        "problems": problems(sendout.message, Channels(sendout.channels).used),
        "no_postal_address": Channel.EMAIL in Channels(sendout.channels).used
        and not request.organisation.postal_address.strip(),
        "hindrance": hindrance(sendout, expected),
        "without_sender": without_sender(sendout),
        "zone_help": f"In your time zone, {request.organisation.timezone}.",
        "characters": characters(sendout),
        "asking": asking,
        "night": night_of(sendout, sendout.scheduled_for or timezone.now()),
        "hours": hours_of(request.organisation),
        "scheduling": scheduling or ScheduleForm(initial={"when": sendout.scheduled_for}),
    }
    status = 409 if asking else 422 if scheduling and scheduling.errors else 200
    return render(request, "pages/compose/check.html", context, status=status)


def hindrance(sendout: SendOut, expected: Forecast) -> str:
    """Say in one sentence why the send-out cannot leave as it is; empty when it can."""
    try:
        lifecycle.check(sendout)
        templates(sendout.message, sendout.organisation)
    except (NotPossible, BadStyle) as error:
        return str(error)
    if waiting := unfinished(sendout):
        return waiting
    if not expected.to_send:
        return "Nobody would get it: choose whom it goes to, or see why they are skipped."
    return ""


def mending(sendout: SendOut) -> list[str]:
    """Say what to mend in the email; nothing where there is none, or the page says it is broken."""
    if Channel.EMAIL not in Channels(sendout.channels).used:
        return []
    try:
        return to_mend(templates(sendout.message, sendout.organisation).html)
    except BadStyle:
        return []


def missing(sendout: SendOut) -> list[dict[str, object]]:
    """Name, by channel, the merge fields that some of those reached have no value for."""
    return [
        {
            "channel": channel.label,
            "field": field,
            "people": people,
            "example": f"{{{{ {field}|{_('there')} }}}}",
        }
        for channel in Channels(sendout.channels).used
        for field, people in missing_fields(
            sendout.message, reached(sendout, channel), (channel,)
        ).items()
    ]


def _reach(channel: str, reach: Reach) -> dict[str, object]:
    skipped = sorted(reach.skipped.items(), key=lambda item: -item[1])
    return {
        "channel": channel,
        "label": Channel(channel).label,
        "to_send": reach.to_send,
        "skipped": [
            (count, reason_words(Status.SKIPPED, channel, reason)) for reason, count in skipped
        ],
        "skipped_count": sum(reach.skipped.values()),
    }
