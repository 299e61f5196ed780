"""In which language the staff reads Sendout: their own choice, else their organisation's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from sendout.accounts.models import Language, Organisation, User

Answer = Callable[[HttpRequest], HttpResponseBase]
OF_ORGANISATION = "/o/"  # pages that know which; `access.member_of` speaks its language there


def speak(answer: Answer) -> Answer:
    """Answer in the language of whoever asks; where nothing is chosen, in that of the browser."""

    def check(request: HttpRequest) -> HttpResponseBase:
        with translation.override(_language_of(request)):
            response = answer(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return check


def chosen(request: HttpRequest) -> str:
    """Give the language this person chose, in the profile or on this browser; "" for none."""
    own = request.user.language if isinstance(request.user, User) else ""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return own or (cookie if cookie in Language.values else "")


def in_language_of(request: Any) -> AbstractContextManager[None]:
    """Speak the language of `request.organisation` to a member who has not chosen one."""
    return translation.override(chosen(request) or request.organisation.language)


def _language_of(request: HttpRequest) -> str:
    return chosen(request) or _of_first_organisation(request) or _of_browser(request)


def _of_browser(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)


def _of_first_organisation(request: HttpRequest) -> str:
    if request.path.startswith(OF_ORGANISATION) or not request.user.is_authenticated:
        return ""
    own = Organisation.objects.filter(memberships__user_id=request.user.pk)
    return own.order_by("name").values_list("language", flat=True).first() or ""
