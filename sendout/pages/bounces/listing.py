"""How bounces come back to this organisation, and the mails that nobody understood."""

from __future__ import annotations

from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.shortcuts import render

from sendout.accounts.models import Role
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.bounces.mail import ShownMail
from sendout.returns.models import Mailbox, MailboxKind, ReturnedMail, State
from sendout.senders.models import Channel, Sender

PAGE = 50
HEAD = 20_000  # bytes of a mail that are read to list it


@member_of(Role.OWNER)
def bounces(request: MemberRequest) -> HttpResponse:
    """Show mailboxes and mails; before: the id of the mail to go on from."""
    own = ReturnedMail.objects.filter(organisation=request.organisation)
    unclear = own.filter(state=State.UNCLEAR)
    before = request.GET.get("before", "")
    shown = unclear.filter(pk__lt=int(before)) if before.isdecimal() else unclear
    heads = shown.annotate(head=Substr("content", 1, HEAD, output_field=BinaryField()))
    mails = list(heads.defer("content").order_by("-pk")[: PAGE + 1])
    context = {
        "organisation": request.organisation,
        "section": "bounces",
        "mailboxes": Mailbox.objects.filter(organisation=request.organisation).order_by("name"),
        "kinds": MailboxKind.choices,
        "senders": _senders(request),
        "mails": [ShownMail(mail, bytes(mail.head)) for mail in mails[:PAGE]],
        "older": mails[PAGE - 1].pk if len(mails) > PAGE else None,
        "total": unclear.count(),
        "waiting": own.filter(state=State.WAITING).count(),
    }
    return render(request, "pages/bounces/list.html", context)


def _senders(request: MemberRequest) -> list[Sender]:
    """Give the senders whose bounces come as mail."""
    own = Sender.objects.filter(
        organisation=request.organisation, channel=Channel.EMAIL, kind="smtp", active=True
    )
    return list(own.order_by("name"))
