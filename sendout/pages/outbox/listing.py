"""The Outbox: the newest first, emails in one tab and SMS in the other."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.outbox.reading import read_subject
from sendout.senders.models import Channel, OutboxCopy

PAGE = 50
# A mail may have megabytes of files; its header is in the first bytes, as is all of an SMS.
BEGIN = Substr("content", 1, 20_000, output_field=BinaryField())


@member_of(Role.VIEWER)
def outbox(request: MemberRequest) -> HttpResponse:
    """Show what arrived; htmx gets the rows alone. before: the id to go on from."""
    channel = Channel.SMS if request.GET.get("channel") == "sms" else Channel.EMAIL
    q, before = request.GET.get("q", "").strip(), request.GET.get("before", "")
    found = OutboxCopy.objects.filter(organisation=request.organisation, channel=channel)
    if q:
        found = found.filter(recipient__icontains=q)
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    found = found.defer("content").annotate(begin=BEGIN)
    copies = list(found.order_by("-pk")[: PAGE + 1])
    shown = copies[:PAGE]
    context = {
        "organisation": request.organisation,
        "section": "outbox",
        "channel": channel.value,
        "tabs": [("email", _("Emails")), ("sms", "SMS")],
        "q": q,
        "rows": [(copy, preview(channel, bytes(copy.begin))) for copy in shown],
        "older": urlencode({"channel": channel.value, "q": q, "before": shown[-1].pk})
        if len(copies) > PAGE
        else "",
    }
    name = "rows.html" if "HX-Request" in request.headers else "list.html"
    return render(request, f"pages/outbox/{name}", context)


def preview(channel: Channel, content: bytes) -> str:
    """Give an email's subject, or the whole text of an SMS."""
    if channel == Channel.EMAIL:
        return read_subject(content) or _("(no subject)")
    return content.decode("utf-8", "replace")
