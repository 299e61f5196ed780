"""One mail: headers, the HTML in a frame where nothing can act, the text, the source."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from sendout.accounts.models import Role
from sendout.compose.attaching import tail_of
from sendout.deliveries.models import Delivery
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.outbox.reading import boundary_of, open_links_outside, read_mail, without_pixel
from sendout.senders.models import Channel, OutboxCopy

LONGEST_SOURCE = 200_000  # bytes that are shown; the whole can be downloaded

# Nothing runs, nothing is fetched (a tracking pixel would count the staff as readers); links open
# in a new tab. The middleware leaves a policy alone that a view has set.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def find_mail(request: MemberRequest, pk: int) -> OutboxCopy:
    """Give the organisation's copy of an email. Raises Http404."""
    return get_object_or_404(
        OutboxCopy.objects.select_related("sender"),
        organisation=request.organisation,
        channel=Channel.EMAIL,
        pk=pk,
    )


def whole(copy: OutboxCopy) -> bytes:
    """Give the mail as it left, with the files inside, which are kept with the message."""
    content = bytes(copy.content)
    boundary = boundary_of(content)
    if not (copy.delivery and boundary):
        return content
    found = Delivery.objects.filter(organisation=copy.organisation_id, pk=copy.delivery)
    delivery = found.select_related("sendout__message").first()
    return content + tail_of(delivery.sendout.message, boundary) if delivery else content


@member_of(Role.VIEWER)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one mail."""
    copy = find_mail(request, pk)
    context = {
        "organisation": request.organisation,
        "section": "outbox",
        "copy": copy,
        "mail": read_mail(whole(copy)),
        "source": bytes(copy.content[:LONGEST_SOURCE]).decode("utf-8", "replace"),
    }
    return render(request, "pages/outbox/mail.html", context)


@member_of(Role.VIEWER)
def html(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the HTML part, for the frame alone."""
    mail = read_mail(bytes(find_mail(request, pk).content))
    if not mail.html:
        raise Http404("This mail has no HTML part.")
    response = HttpResponse(open_links_outside(without_pixel(mail.html)))
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


@member_of(Role.VIEWER)
def raw(request: MemberRequest, pk: int) -> HttpResponse:
    """Give the mail as it left, to open in a mail program."""
    copy = find_mail(request, pk)
    response = HttpResponse(whole(copy), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{copy.pk}.eml"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
