"""Refuse addresses with a NUL in their parameters: PostgreSQL has no such character."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase


def refuse_nul(answer: Callable[[HttpRequest], HttpResponseBase]) -> object:
    """Answer 400 to what no form of ours can send, instead of failing in the database."""

    def check(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path:
            raise BadRequest("An address cannot contain a NUL character.")
        return answer(request)

    return check
