"""The list of senders with their state."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sendout.accounts.models import Role
from sendout.core.providers.http_description import presets
from sendout.core.providers.http_settings import CHOICE as GATEWAY
from sendout.core.providers.registry import KINDS
from sendout.pages.access import MemberRequest, member_of
from sendout.senders import reception
from sendout.senders.esp.catalogue import CHOICE, SERVICES
from sendout.senders.models import Channel, Sender
from sendout.senders.warming import warmup_words

KIND_NAMES = {
    "smtp": gettext_lazy("SMTP server"),
    "sandbox": gettext_lazy("Sandbox (rehearsal)"),
    "smpp": gettext_lazy("SMPP (a provider of SMS)"),
    "esp": gettext_lazy("Email service (Postmark, Mailgun, ...)"),
    "twilio": gettext_lazy("Twilio"),
    "vonage": gettext_lazy("Vonage"),
    "http": gettext_lazy("Gateway (Kannel, Android phone, ...)"),
}


def kind_name(kind: str) -> str:
    """Give the words for a kind of provider."""
    return str(KIND_NAMES.get(kind, kind))


def way_name(sender: Sender) -> str:
    """Give the words for a sender's kind, of an email service its own name."""
    service = SERVICES.get(str(sender.config.get(CHOICE)))
    if service:
        return service.label
    gateway = str(sender.config.get(GATEWAY) or "")
    if gateway in presets():
        return presets()[gateway].label
    return (
        str(sender.config.get("label") or _("Another gateway"))
        if gateway
        else kind_name(sender.kind)
    )


@member_of(Role.VIEWER)
def senders(request: MemberRequest) -> HttpResponse:
    """Show every sender: whether it works, how fast it may go, which is the default."""
    own = Sender.objects.filter(organisation=request.organisation).select_related("organisation")
    rows = [_row(sender) for sender in own.order_by("-active", "channel", "name")]
    context = {
        "organisation": request.organisation,
        "section": "senders",
        "may_edit": request.membership.may(Role.OWNER),
        "may_test": request.membership.may(Role.SENDER),
        "rows": rows,
        "kinds": [
            {"channel": kind.channel, "kind": kind.kind, "label": _label(kind.channel, kind.kind)}
            for kind in sorted(KINDS, key=lambda kind: kind.channel)
        ],
    }
    return render(request, "pages/senders/list.html", context)


def _label(channel: str, kind: str) -> str:
    return f"{Channel(channel).label}: {kind_name(kind)}"


def _row(sender: Sender) -> dict[str, object]:
    is_down = sender.down_until is not None and sender.down_until > timezone.now()
    warmup = warmup_words(sender, timezone.now())
    return {
        "sender": sender,
        "kind": way_name(sender),
        "is_down": is_down,
        "warmup": warmup,
        "deaf": reception.trouble(sender),
    }
