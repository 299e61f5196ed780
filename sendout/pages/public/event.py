"""The calendar file of an event in an email, for whoever has the link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sendout.compose.events import file_of
from sendout.core.tokens import BadToken
from sendout.pages.access import public
from sendout.pages.public.words import WORDS


@public("the signed link of a message")
@require_safe
def event(request: HttpRequest, token: str, event: str) -> HttpResponse:
    """Give the file that puts the event into a calendar."""
    try:
        file = file_of(token, event)
    except BadToken:
        file = None
    if file is None:
        return render(request, "pages/public/bad_link.html", {"languages": WORDS}, status=404)
    headers = {
        "Content-Disposition": 'attachment; filename="event.ics"',
        "Cache-Control": "no-cache",  # a draft's event may still change
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)
