"""Short signed tokens: who a link, a pixel, a bounce or an unsubscribe request is about."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass

# RFC 2104 section 5 lets a MAC be cut, not below 80 bits. A forger has no way to test a guess
# but to ask us, so 80 bits are 10^24 questions, and every character saved is saved in each link.
_MAC_BYTES = 10
_LONGEST = 60  # characters: fits an SMTP local part (64, RFC 5321 4.5.3.1.1) behind a prefix
_LARGEST_DELIVERY = 2**63 - 1  # PostgreSQL's bigint
_LARGEST_LINK = 2**32 - 1


class BadToken(ValueError):
    """The token was not made by us, or not for this purpose."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. delivery: id of the row. link: 1, 2, … in the message; 0 for none."""

    purpose: int
    delivery: int
    link: int = 0


def sign(keys: Sequence[bytes], purpose: int, delivery: int, link: int = 0) -> str:
    """Make a token with the first key.

    purpose: one byte; a token for one purpose is refused for any other. The answer is made of
    `a-z2-7` (RFC 4648 section 6), so it survives mail servers that change case in a local part:
    26 characters for deliveries up to 34 thousand million, 40 at most.
    """
    if not 0 <= delivery <= _LARGEST_DELIVERY or not 0 <= link <= _LARGEST_LINK:
        raise ValueError(f"no token for delivery {delivery}, link {link}: out of range")
    body = bytes((purpose,)) + _varint(delivery) + (_varint(link) if link else b"")
    return b32encode(body + _mac(keys[0], body)).decode("ascii").rstrip("=").lower()


def read(keys: Sequence[bytes], token: str, purpose: int) -> Token:
    """Read a token signed with any of the keys; letters may have changed case on the way.

    Raises BadToken when it is not ours, was altered, or was made for another purpose.
    """
    raw = _decode(token)
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(key, body)) for key in keys):
        raise BadToken("this token was not signed by us")
    if body[0] != purpose:
        raise BadToken("this token was made for another purpose")
    delivery, rest = _read_varint(body[1:])
    link, _ = _read_varint(rest) if rest else (0, b"")
    return Token(purpose, delivery, link)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_MAC_BYTES]


def _decode(token: str) -> bytes:
    if not token.isascii() or not _MAC_BYTES < len(token) <= _LONGEST:
        raise BadToken("this is not one of our tokens")
    upper = token.upper()
    try:
        raw = b32decode(upper + "=" * (-len(token) % 8))
    except ValueError as error:
        raise BadToken("this is not one of our tokens") from error
    # The last character carries bits that decoding drops: one spelling only is ours.
    if len(raw) <= _MAC_BYTES or b32encode(raw).decode("ascii").rstrip("=") != upper:
        raise BadToken("this is not one of our tokens")
    return raw


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, the top bit set on all but the last (LEB128)."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes) -> tuple[int, bytes]:
    number = 0
    for place, byte in enumerate(data):
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            return number, data[place + 1 :]
    raise BadToken("this token ends too early")
