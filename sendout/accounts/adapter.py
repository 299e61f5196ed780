"""How allauth behaves here."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmationMixin
from django.conf import settings
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation, unless the installation opens sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP) or "invitation" in request.session

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Begin the link with our own address: whoever asks for it may name another port."""
        return _at_home(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationMixin
    ) -> str:
        """Give the link that proves an address, at our own address too."""
        return _at_home(super().get_email_confirmation_url(request, emailconfirmation))


def _at_home(link: str) -> str:
    """Put the installation's address in the place of the one that was asked for."""
    return f"{settings.URL}{urlsplit(link).path}"
