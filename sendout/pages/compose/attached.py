"""Files that go along with a message as links: added, looked at, taken away."""

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
from sendout.core.files import BadFile, size_words
from sendout.pages.access import MemberRequest, member_of
from sendout.pages.compose.finding import find_sendout
from sendout.pages.public.files import file_response
from sendout.sendouts import drafts
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut


@member_of(Role.SENDER)
def files(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the files of a draft, and add those that were chosen."""
    sendout = find_sendout(request, pk)
    if request.method != "POST":
        return _card(request, sendout)
    chosen = request.FILES.getlist("file")
    if not chosen:
        return _card(request, sendout, _("Choose a file first."))
    try:
        with drafts.changing(sendout) as draft:
            for file in chosen:
                _add(draft, file)
    except (BadFile, NotPossible) as refusal:
        return _card(request, sendout, str(refusal))
    return _card(request, sendout)


def _add(draft: SendOut, file: UploadedFile[bytes]) -> None:
    filing.add_file(draft.message, file.name or "file", cast(BinaryIO, file))


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
        "linked": filing.files_of(sendout.message),
        "most": size_words(settings.FILE_BYTES),
        "refusal": refusal,
    }
    return render(request, "pages/compose/linked.html", context)
