"""The links in a message that lead back to its delivery, signed so that nobody can make one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from sendout.accounts.models import Organisation
from sendout.core import tokens
from sendout.core.addresses import BadAddress, read_email

UNSUBSCRIBE = ord("u")
OPEN = ord("o")
CLICK = ord("c")
BOUNCE = ord("b")
FILES = ord("f")
LONGEST_BOUNCE_LOCAL = 21  # characters, so that a token and its + fit (RFC 5321 4.5.3.1.1: 64)


Make = Callable[[bytes], str]
"""Makes a token, or an address with one, from a packed delivery (`core.tokens.pack`)."""


def signer(purpose: int) -> Make:
    """Give what makes the tokens for this purpose."""
    return tokens.signer(settings.TOKEN_KEYS[0], purpose)


def sign(purpose: int, delivery: int) -> str:
    """Make a token for this purpose."""
    return tokens.sign(settings.TOKEN_KEYS, purpose, delivery)


def read(purpose: int, token: str) -> int:
    """Give the delivery that a token for this purpose is about; raises BadToken."""
    return tokens.read(settings.TOKEN_KEYS, token, purpose).delivery


def unsubscribe_urls() -> Make:
    """Give what makes the address of a recipient's own page."""
    begin, make = f"{settings.URL}/u/", signer(UNSUBSCRIBE)
    return lambda number: f"{begin}{make(number)}/"


def unsubscribe_url(delivery: int) -> str:
    """Give the recipient's own page, where they say what they want to get."""
    return unsubscribe_urls()(tokens.pack(delivery))


def files_urls() -> Make:
    """Give what makes the beginning of the addresses of a recipient's files."""
    begin, make = f"{settings.URL}/f/", signer(FILES)
    return lambda number: f"{begin}{make(number)}/"


def read_unsubscribe(token: str) -> int:
    """Give the delivery that an unsubscribe link is about; raises BadToken."""
    return read(UNSUBSCRIBE, token)


def tracking_base(organisation: Organisation) -> str:
    """Give what the addresses of opens and clicks begin with, without a slash at its end."""
    return organisation.tracking_url or settings.TRACKING_URL


def read_bounce_address(text: str) -> str:
    """Read where a sender's bounces come back, with room for a token; nothing when empty.

    Raises BadAddress.
    """
    email = read_email(text)
    if email is None:
        return ""
    if len(email.typed.rpartition("@")[0]) > LONGEST_BOUNCE_LOCAL:
        raise BadAddress(
            f"take an address with at most {LONGEST_BOUNCE_LOCAL} characters before the @, for "
            "each email adds its own after them"
        )
    return email.typed


def return_paths(bounce_address: str) -> Make:
    """Give what makes the addresses to which bounces come back (VERP).

    bounce_address: of the sender, such as bounces@club.example.
    """
    local, _, domain = bounce_address.rpartition("@")
    make = signer(BOUNCE)
    return lambda number: f"{local}+{make(number)}@{domain}"


def return_path(bounce_address: str, delivery: int) -> str:
    """Give the address to which the bounce of this delivery comes back."""
    return return_paths(bounce_address)(tokens.pack(delivery))


def read_return_path(address: str) -> int:
    """Give the delivery whose return path this is; raises BadToken.

    What forwarders put before it (SRS, BATV) is passed over; case does not matter.
    """
    local = address.strip().strip("<>").rpartition("@")[0]
    return read(BOUNCE, local.rpartition("+")[2])
