"""The links in a message that lead back to its delivery, signed so that nobody can make one."""

from __future__ import annotations

from django.conf import settings

from sendout.core import tokens

UNSUBSCRIBE = ord("u")


def unsubscribe_url(delivery: int) -> str:
    """Give the recipient's own page, where they say what they want to get."""
    token = tokens.sign(settings.TOKEN_KEYS, UNSUBSCRIBE, delivery)
    return f"{settings.URL}/u/{token}/"


def read_unsubscribe(token: str) -> int:
    """Give the delivery that an unsubscribe link is about; raises BadToken."""
    return tokens.read(settings.TOKEN_KEYS, token, UNSUBSCRIBE).delivery
