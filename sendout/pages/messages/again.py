"""Send a message again: to whom, how many and who, and then the button."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.core.delivery.status import Status
from sendout.deliveries.again import (
    UNOPENED,
    WHOM,
    Seen,
    Whom,
    count,
    count_rows,
    foresee_with_first,
    newest,
    send,
    write,
)
from sendout.deliveries.quiet import AtNight
from sendout.deliveries.report import reason_words
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.messages.listing import find
from sendout.people.models import Participant
from sendout.sendouts.lifecycle import NotPossible, says_something
from sendout.sendouts.models import SendOut
from sendout.sendouts.repeating import rewrite
from sendout.wording.said import said

SHOWN = 50  # people listed by name; the rest is a number
AT_ONCE = 2_000  # messages that are counted while the page waits; for more it asks afterwards
LONGEST = 18  # digits of a number that a form sends back


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the choice. people: how many are meant, before anybody is skipped."""

    key: str
    label: str
    people: int


@member_of(Role.SENDER)
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Show who did not open or get it, and send it again to those who are chosen."""
    started = find(request).select_related("origin").filter(started_at__isnull=False)
    sendout = get_object_or_404(started, pk=pk)
    if request.method != "POST":
        key = request.GET.get("to", "")
        rows = count_rows(sendout)
        if rows > AT_ONCE and "counted" not in request.GET:
            return _counting(request, sendout, key, rows)
        return _page(request, sendout, key)
    if request.POST.get("then") == "someone":
        draft = rewrite(sendout, sendout.channels, request.user)
        return redirect("pages:compose_audience", request.organisation.slug, draft.pk)
    key = request.POST.get("to", "")
    if key not in WHOM or (WHOM[key].condition == UNOPENED and not tracked(sendout)):
        raise Http404("There is no such choice.")
    if request.POST.get("then") == "write":
        draft = write(sendout, WHOM[key], request.user)
        return redirect("pages:compose_write", request.organisation.slug, draft.pk)
    return _send(request, sendout, key)


def _send(request: MemberRequest, sendout: SendOut, key: str) -> HttpResponse:
    seen = Seen(_number(request, "newest"), _number(request, "to_send"))
    at_night = "at_night" in request.POST
    try:
        made = send(sendout, WHOM[key], seen, request.user, at_night=at_night)
    except AtNight as asked:
        return _page(request, sendout, key, asked)
    except NotPossible as refusal:
        messages.error(
            request, _("Nothing was sent again. %(reason)s") % {"reason": said(str(refusal))}
        )
        here = reverse("pages:sendout_again", args=[request.organisation.slug, sendout.pk])
        return redirect(f"{here}?to={key}")
    messages.success(request, _("“%(name)s” is being sent.") % {"name": made.name})
    url = reverse("pages:messages", args=[request.organisation.slug])
    return redirect(f"{url}?open={made.pk}")


def _number(request: MemberRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST else -1


def _options(sendout: SendOut) -> list[Option]:
    """Give the choices that mean somebody, or would if anybody had been missed."""
    counts = count(sendout)
    options = [
        Option("failed-email", _("Those who did not get the email, by email"), counts.missed_email),
        Option("email-by-sms", _("Those who did not get the email, by SMS"), counts.missed_email),
        Option("failed-sms", _("Those who did not get the SMS, by SMS"), counts.missed_sms),
        Option("sms-by-email", _("Those who did not get the SMS, by email"), counts.missed_sms),
        Option(
            "unknown-email",
            _("Outcome unknown, by email (some may get it twice)"),
            counts.unsure_email,
        ),
        Option(
            "unknown-sms", _("Outcome unknown, by SMS (some may get it twice)"), counts.unsure_sms
        ),
    ]
    if tracked(sendout):
        unopened = counts.unopened
        options[:0] = [
            Option("unopened", _("Those who have not opened it, by email"), unopened),
            Option("unopened-by-sms", _("Those who have not opened it, by SMS"), unopened),
        ]
    return [option for option in options if option.people]


def tracked(sendout: SendOut) -> bool:
    """Tell whether opens are looked at, without which nobody has opened."""
    return sendout.message.tracks and sendout.organisation.tracks


def _counting(request: MemberRequest, sendout: SendOut, key: str, rows: int) -> HttpResponse:
    """Show the page without its numbers, which it then asks for."""
    context = {
        "organisation": request.organisation,
        "section": "messages",
        "sendout": sendout,
        "rows": rows,
        "counting": urlencode({"to": key, "counted": 1}),
    }
    return render(request, "pages/again.html", context)


def _page(
    request: MemberRequest, sendout: SendOut, key: str, asked: AtNight | None = None
) -> HttpResponse:
    options = _options(sendout)
    context: dict[str, object] = {
        "organisation": request.organisation,
        "section": "messages",
        "sendout": sendout,
        "options": options,
        "tracked": tracked(sendout),
        "chosen": next((option for option in options if option.key == key), None),
        "night": asked.night if asked else None,
    }
    if context["chosen"]:
        context |= _chosen(request, sendout, WHOM[key])
    partial = request.headers.get("HX-Request") and not asked
    template = "pages/again_numbers.html" if partial else "pages/again.html"
    return render(request, template, context, status=409 if asked else 200)


def _chosen(request: MemberRequest, sendout: SendOut, whom: Whom) -> dict[str, object]:
    reach, addresses = foresee_with_first(sendout, whom, SHOWN)
    own = Participant.objects.filter(organisation=request.organisation).in_bulk(addresses)
    skipped = sorted(reach.skipped.items(), key=lambda item: -item[1])
    return {
        "channel": whom.by,
        "to_send": reach.to_send,
        "skipped": [
            (n, said(reason_words(Status.SKIPPED, whom.by, reason))) for reason, n in skipped
        ],
        "people": [(own[pk], address) for pk, address in addresses.items()],
        "more": reach.to_send - len(addresses),
        "newest": newest(sendout),
        "over": sendout.expires_at is not None and sendout.expires_at < timezone.now(),
        "without_text": not says_something(sendout, whom.by),
    }
