"""Seal a sender's credentials, so that the database alone gives them to nobody."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotUnseal(Exception):
    """None of the secret keys fits; the message says what to do."""


def seal(secrets: Mapping[str, Any]) -> str:
    """Encrypt with the newest key; an empty mapping gives an empty string."""
    return _fernet().encrypt(json.dumps(dict(secrets)).encode()).decode() if secrets else ""


def unseal(sealed: str) -> dict[str, Any]:
    """Read what `seal` wrote, with whichever key fits.

    Raises CannotUnseal when none does.
    """
    if not sealed:
        return {}
    try:
        plain: dict[str, Any] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotUnseal(
            "The stored credentials cannot be read with the secret keys of this installation; "
            "put the old key back into SENDOUT_KEYS, or enter the credentials again."
        ) from None
    return plain


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in settings.FIELD_KEYS])
