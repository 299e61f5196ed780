"""One mail that was not understood: what stands in it, and what can be done about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.core.bounces.parts import header, parse_headers, split
from sendout.deliveries.models import Delivery
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.wording import Phrase
from sendout.returns.keeping import again as read_again
from sendout.returns.models import ReturnedMail, State

PLAIN = ("text/plain", "message/delivery-status", "message/feedback-report")
REASONS: dict[str, tuple[Phrase, Phrase]] = {
    "unknown": (
        gettext_lazy("It is no bounce that can be read"),
        gettext_lazy(
            "It may be a letter of a person, or a report in a form that Sendout does not know."
        ),
    ),
    "unproven": (
        gettext_lazy("It does not say which message it is about"),
        gettext_lazy("It looks like a bounce, but nothing in it belongs to a message of yours."),
    ),
    "hint": (
        gettext_lazy("It cannot be proven"),
        gettext_lazy(
            "It names a message of yours, but without the signature that Sendout puts into each "
            "email. Anybody could have written it, so you decide whether it is true."
        ),
    ),
    "trouble": (
        gettext_lazy("It could not be read"),
        gettext_lazy("Reading it failed more than once; the log of the worker says why."),
    ),
}


class ShownMail:
    """A mail as the pages show it, read within bounds. None of it is believed; nothing acts."""

    def __init__(self, row: ReturnedMail, content: bytes) -> None:
        """Content: the mail, or as much of it as is to be shown."""
        self.row = row
        self.reason, self.explanation = REASONS.get(row.reason, (_("Not understood"), ""))
        self._content = content
        headers = parse_headers(content.replace(b"\r\n", b"\n"))
        self.subject = header(headers, "subject") or _("(no subject)")
        self.sender = header(headers, "from") or _("(nobody)")

    @property
    def text(self) -> str:
        """What it says in plain text, with its report where it has one."""
        _, parts = split(self._content)
        shown = [part for part in parts if part.depth == 0 and part.type in PLAIN]
        return "\n\n".join(part.text.strip() for part in shown)


def find_mail(request: MemberRequest, pk: int) -> ReturnedMail:
    """Give the organisation's mail. Raises Http404."""
    return get_object_or_404(ReturnedMail, organisation=request.organisation, pk=pk)


@member_of(Role.OWNER)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one mail."""
    row = find_mail(request, pk)
    about = Delivery.objects.select_related("sendout", "participant").filter(
        organisation=request.organisation, pk=row.delivery or 0
    )
    context = {
        "organisation": request.organisation,
        "section": "bounces",
        "shown": ShownMail(row, bytes(row.content)),
        "about": about.first(),
        "can_read": row.state == State.UNCLEAR,
        "source": bytes(row.content).decode("utf-8", "replace"),
    }
    return render(request, "pages/bounces/mail.html", context)


@member_of(Role.OWNER)
def raw(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the mail as it came, to open in a mail program."""
    row = find_mail(request, pk)
    response = HttpResponse(bytes(row.content), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="returned-{row.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@member_of(Role.OWNER)
@require_POST
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Have the worker read it again, as it may know more now than it did then."""
    read_again(find_mail(request, pk))
    messages.success(request, _("The mail is read again; if it is understood now, it is gone."))
    return redirect("pages:bounces", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def believe(request: MemberRequest, pk: int) -> HttpResponse:
    """Take it as true on the word of this member."""
    read_again(find_mail(request, pk), believed=True)
    messages.success(request, _("The mail is taken as true, and told in the story of its message."))
    return redirect("pages:bounces", request.organisation.slug)


@member_of(Role.OWNER)
@require_POST
def delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Let go of it."""
    find_mail(request, pk).delete()
    messages.success(request, _("The mail is deleted."))
    return redirect("pages:bounces", request.organisation.slug)
