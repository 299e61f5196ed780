"""A picture of an email: mail programs load it, and no mail program signs in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sendout.compose.images import ENDINGS
from sendout.compose.models import Image
from sendout.pages.access import public

FOR_EVER = "public, max-age=31536000, immutable"  # the name tells what is in it


@public("the name of a picture cannot be guessed, and it is sent to thousands")
@require_safe
def image(request: HttpRequest, name: str, ending: str) -> HttpResponse:
    """Give a picture. Two organisations may have the same one: it is the same bytes."""
    found = Image.objects.filter(name=name).first()
    if found is None or ENDINGS[found.content_type] != ending:
        raise Http404("There is no such picture.")
    headers = {"Cache-Control": FOR_EVER, "X-Robots-Tag": "noindex"}
    return HttpResponse(bytes(found.data), content_type=found.content_type, headers=headers)
