"""Tracked links, sealed: what a click is answered with is in the address itself, and ours alone.

A sealed link is the same for everybody who gets the message. Nothing is looked up to answer a
click, and the address cannot be turned into one that leads elsewhere (no open redirect).
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from sendout.core.tokens import MAC_BYTES, BadToken, check, keyed, pack, unpack

LONGEST = 1_500  # characters of an address that is tracked; longer ones would break in mail clients
SCHEMES = ("http://", "https://")
_PURPOSE = b"l"
_LARGEST = 2**32 - 1
_LONGEST_SEALED = (MAC_BYTES + 5 + 4 * LONGEST) * 4 // 3 + 1


@dataclass(frozen=True, slots=True)
class Link:
    """Where a tracked link leads. number: 1, 2, … in the order in the HTML."""

    number: int
    url: str


def is_sealable(url: str) -> bool:
    """Tell whether this is a web address that can be tracked."""
    return url.lower().startswith(SCHEMES) and len(url) <= LONGEST and url.isprintable()


def seal(keys: Sequence[bytes], number: int, url: str) -> str:
    """Write number and address so that only we can, with the first key, for use in an address.

    Raises ValueError for what is no web address of at most 1,500 characters.
    """
    if not is_sealable(url) or not 0 <= number <= _LARGEST:
        raise ValueError(f"link {number} cannot be tracked: {url[:60]!r}")
    body = pack(number) + url.encode()
    mac = keyed(keys[0], _PURPOSE + body).digest()
    return urlsafe_b64encode(mac + body).rstrip(b"=").decode("ascii")


def open(keys: Sequence[bytes], text: str) -> Link:
    """Read what `seal` wrote with any of the keys. Raises BadToken for anything else."""
    raw = _decode(text)
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    check(keys, _PURPOSE + body, mac)
    number, url = unpack(body)
    return Link(number, url.decode())


def _decode(text: str) -> bytes:
    if not text.isascii() or len(text) > _LONGEST_SEALED:
        raise BadToken("this is not one of our links")
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("this is not one of our links") from error
    # The last character carries bits that decoding drops: one spelling only is ours.
    if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
        raise BadToken("this is not one of our links")
    return raw
