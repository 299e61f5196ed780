"""Files that go along with a message: added, chosen how, looked at, taken away."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sendout.accounts.models import Role
from sendout.compose import filing
from sendout.compose.attaching import weight_of
from sendout.core.files import BadFile
from sendout.core.message.attached import encoded_size
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.pages.public.files import file_response
from sendout.sendouts import drafts
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut
from sendout.wording.sizes import file_size


@member_of(Role.SENDER)
def files(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the files of a draft, and add those that were chosen."""
    sendout = find_sendout(request, pk)
    if request.method != "POST":
        return _card(request, sendout)
    chosen, attached = request.FILES.getlist("file"), _inside(request)
    if not chosen:
        return _card(request, sendout, _("Choose a file first."))
    try:
        with drafts.changing(sendout) as draft:
            for file in chosen:
                _add(draft, file, attached=attached)
    except (BadFile, NotPossible) as refusal:
        return _card(request, sendout, str(refusal))
    return _card(request, sendout)


def _add(draft: SendOut, file: UploadedFile[bytes], *, attached: bool) -> None:
    stream = cast(BinaryIO, file)  # it reads like one
    filing.add_file(draft.message, file.name or "file", stream, attached=attached)


def _inside(request: MemberRequest) -> bool:
    """Tell whether files were asked to go inside the email; else they are links."""
    return request.POST.get("goes") == "inside"


@member_of(Role.SENDER)
@require_POST
def choose(request: MemberRequest, pk: int, file: int) -> HttpResponse:
    """Have a file go inside the email, or as a link."""
    sendout = find_sendout(request, pk)
    linked = get_object_or_404(filing.files_of(sendout.message), pk=file)
    try:
        with drafts.changing(sendout):
            filing.choose(linked, attached=_inside(request))
    except (BadFile, NotPossible) as refusal:
        return _card(request, sendout, str(refusal))
    return _card(request, sendout)


@member_of(Role.SENDER)
@require_POST
def take_away(request: MemberRequest, pk: int, file: int) -> HttpResponse:
    """Have a file not go along."""
    sendout = find_sendout(request, pk)
    linked = get_object_or_404(filing.files_of(sendout.message), pk=file)
    try:
        with drafts.changing(sendout):
            filing.take_away(linked)
    except NotPossible as refusal:
        return _card(request, sendout, str(refusal))
    return _card(request, sendout)


@member_of(Role.SENDER)
def download(request: MemberRequest, pk: int, file: int) -> HttpResponseBase:
    """Give a file to the staff, who look at what they send; nobody is counted."""
    sendout = find_sendout(request, pk)
    return file_response(get_object_or_404(filing.files_of(sendout.message), pk=file))


def _card(request: MemberRequest, sendout: SendOut, refusal: str = "") -> HttpResponse:
    """Show the list anew; without a script, the page with it."""
    if not request.headers.get("HX-Request"):
        if refusal:
            messages.error(request, refusal)
        return redirect("pages:compose_write", request.organisation.slug, sendout.pk)
    sendout.message.refresh_from_db()
    context = {
        "organisation": request.organisation,
        "sendout": sendout,
        "refusal": refusal,
        **card_context(sendout),
    }
    return render(request, "pages/compose/linked.html", context)


def card_context(sendout: SendOut | None) -> dict[str, object]:
    """Give the files of a draft, and what may still be added."""
    linked = list(filing.files_of(sendout.message)) if sendout else []
    inside = sum(each.file.size for each in linked if each.attached)
    return {
        "linked": linked,
        "most": file_size(settings.FILE_BYTES),
        "most_inside": file_size(settings.ATTACHED_BYTES) if settings.ATTACHED_BYTES else "",
        "most_on_the_way": file_size(encoded_size(settings.ATTACHED_BYTES)),
        "inside": file_size(inside) if inside else "",
        "on_the_way": file_size(weight_of(sendout.message)) if sendout and inside else "",
    }
