"""Whether the links of a message lead anywhere: asked by a worker, shown when known."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from sendout.accounts.models import Role
from sendout.compose.linking import is_waiting, known, links_of, request_checks
from sendout.core.message.link_check import Answer
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.senders.pool import REHEARSAL
from sendout.sendouts.models import Channels, SendOut


@member_of(Role.SENDER)
def links(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what is known of the links; a POST has a worker ask for those of which nothing is."""
    sendout = find_sendout(request, pk)
    urls = links_to_check(sendout)
    if request.method == "POST":
        request_checks(request.organisation, urls)
    if not request.headers.get("HX-Request"):
        return redirect("pages:compose_check", request.organisation.slug, pk)
    checks = known(request.organisation, urls)
    context = {
        "organisation": request.organisation,
        "sendout": sendout,
        "gone": [check.url for check in checks if check.answer == Answer.GONE],
        "fine": sum(check.answer == Answer.FINE for check in checks),
        "waiting": any(map(is_waiting, checks)),
    }
    return render(request, "pages/compose/links.html", context)


def links_to_check(sendout: SendOut) -> list[str]:
    """Give the links that may be asked for: of a rehearsal, nothing leaves this machine."""
    senders = [sendout.sender(channel) for channel in Channels(sendout.channels).used]
    rehearses = all(sender is None or sender.kind == REHEARSAL for sender in senders)
    if rehearses and not settings.CHECK_LOOPBACK:
        return []
    return links_of(sendout.message, sendout.organisation)
