"""The email by which members learn that a send-out waits for their approval."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.mail import send_mail
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sendout.accounts.models import User
from sendout.core.message.template import escape_header
from sendout.sendouts.models import Approval


def mail(approval: Approval, link: str, members: Iterable[User]) -> None:
    """Tell each member in their language. Raises OSError or SMTPException when that fails."""
    for member in members:
        with translation.override(member.language or approval.organisation.language):
            subject = _("Please approve: {name}").format(name=approval.sendout)
            send_mail(escape_header(subject), _text(approval, link), None, [member.email])


def _text(approval: Approval, link: str) -> str:
    asks = _(
        "{asker} asks you to look at “{name}” of {organisation}, which goes to {people} people."
    )
    paragraphs = [
        _("Hello,"),
        asks.format(
            asker=approval.asked_by or approval.organisation,
            name=approval.sendout,
            organisation=approval.organisation,
            people=intcomma(approval.people),
        ),
        _until(approval),
        _("Open this page to see who would get it, and approve it or send it back:"),
        link,
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _until(approval: Approval) -> str:
    if approval.when is None:
        return ""
    at = approval.when.astimezone(approval.organisation.zone)
    sentence = _(
        "It is to leave on {day} at {time}. If nobody approves it by then, it does not leave."
    )
    return sentence.format(day=date_format(at, "l j F Y"), time=f"{at:%H:%M}")
