"""A file of a message, behind the link that one recipient got; without a sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sendout.compose.filing import pieces
from sendout.compose.models import LinkedFile
from sendout.core.tokens import BadToken
from sendout.core.tracking import requests, signs
from sendout.deliveries import downloads, links
from sendout.deliveries.models import Delivery
from sendout.pages.access import public
from sendout.pages.public.words import WORDS


@public("the signed link of a message")
@never_cache
@require_safe
def download(request: HttpRequest, token: str, file: int) -> HttpResponseBase:
    """Give the file; a person who downloads it is counted, a scanner is not."""
    delivery = _delivery(token)
    linked = downloads.find_file(delivery, file) if delivery else None
    if delivery is None or linked is None:
        answer: HttpResponseBase = _page(request, "bad_link", 404)
    elif downloads.ends_at(delivery, linked) < timezone.now():
        answer = _page(request, "file_expired", 410, linked=linked, club=delivery.organisation)
    else:
        if _by_a_person(request):
            downloads.note(delivery, linked)
        answer = file_response(linked)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def file_response(linked: LinkedFile) -> StreamingHttpResponse:
    """Give what is in a file, to be saved and never to be shown as a page of ours."""
    answer = StreamingHttpResponse(pieces(linked.file), content_type=linked.kind)
    answer["Content-Disposition"] = content_disposition_header(True, linked.name) or "attachment"
    answer["Content-Length"] = str(linked.file.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _page(request: HttpRequest, name: str, status: int, **more: object) -> HttpResponse:
    said = {"languages": WORDS, **more}
    return render(request, f"pages/public/{name}.html", said, status=status)


def _delivery(token: str) -> Delivery | None:
    try:
        key = links.read(links.FILES, token)
    except BadToken:
        return None
    related = ("organisation", "sendout__message")
    return Delivery.objects.select_related(*related).filter(pk=key).first()


def _by_a_person(request: HttpRequest) -> bool:
    """Tell whether nothing shows that a machine asks; see `core.tracking`."""
    said = {name: request.headers[name] for name in requests.HEADERS if name in request.headers}
    return requests.look(request.method or "", said).sign == signs.NOTHING
