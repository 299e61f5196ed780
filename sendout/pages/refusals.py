"""Requests that no page of ours sends: refused in a sentence before anything reads them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

Answer = Callable[[HttpRequest], HttpResponseBase]

FORM = 1_000_000  # bytes beside a file: the other fields, and what multipart adds
HOOKS = "/hooks/"  # services tell thousands of events at once
TOO_LARGE = "This is larger than Sendout takes: send at most {} MB at once.\n"


class RefuseNul:
    """Answer 400 to a NUL, instead of failing in the database, which has none.

    In an address it is refused at once; in a form, whose fields mostly refuse or drop it
    themselves, when it gets as far as the database.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest("An address cannot contain a NUL character.")
        return self._answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for what the database refused."""
        if isinstance(exception, DataError) and "NUL" in str(exception):
            return bad_request(request, exception)
        return None


def refuse_floods(answer: Answer) -> Answer:
    """Answer 413 to a body larger than any file may be; without a session, than any form is."""

    def check(request: HttpRequest) -> HttpResponseBase:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        most = settings.IMPORT_BYTES + FORM if known else FORM
        if request.path.startswith(HOOKS):
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        size = request.META.get("CONTENT_LENGTH") or "0"
        if size.isdecimal() and int(size[:20]) > most:
            sentence = TOO_LARGE.format(most // 1_000_000)
            return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")
        return answer(request)

    return check


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request makes no sense; reads nothing of it, for that may be what is wrong."""
    return HttpResponse(render_to_string("400.html"), status=400)
