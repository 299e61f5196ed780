"""Our own name for a delivery, which a service keeps with the message and tells in every event.

It is signed: a service tells the events of a whole account, those of other programs too.
"""

from __future__ import annotations

from django.conf import settings

from sendout.core import tokens

FIELD = "sendout"  # under which it stands among the metadata
_PURPOSE = ord("e")


def make(delivery: int) -> str:
    """Give the reference of a delivery."""
    return tokens.sign(settings.TOKEN_KEYS, _PURPOSE, delivery)


def read(reference: str) -> int:
    """Give the delivery. Raises BadToken when this installation did not make the reference."""
    return tokens.read(settings.TOKEN_KEYS, reference, _PURPOSE).delivery
