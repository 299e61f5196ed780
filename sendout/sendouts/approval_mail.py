"""The email by which members learn that a send-out waits for their approval."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.mail import send_mail

from sendout.accounts.models import User
from sendout.core.message.template import escape_header
from sendout.sendouts.models import Approval

MAIL = """Hello,

{asker} asks you to look at “{name}” of {organisation}, which goes to {people} people.
{time}
Open this page to see who would get it, and approve it or send it back:

{link}
"""
AT = "\nIt is to leave on {when}. If nobody approves it by then, it does not leave.\n"


def mail(approval: Approval, link: str, members: Iterable[User]) -> None:
    """Tell each of these members. Raises OSError or SMTPException when that fails."""
    zone = approval.organisation.zone
    at = f"{approval.when.astimezone(zone):%A %d %B %Y at %H:%M}" if approval.when else ""
    text = MAIL.format(
        asker=approval.asked_by or approval.organisation,
        name=approval.sendout,
        organisation=approval.organisation,
        people=f"{approval.people:,}",
        time=AT.format(when=at) if at else "",
        link=link,
    )
    subject = escape_header(f"Please approve: {approval.sendout}")
    for member in members:
        send_mail(subject, text, None, [member.email])
