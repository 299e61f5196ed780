"""Short signed tokens: who a link, a pixel, a bounce or an unsubscribe request is about."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2s

# RFC 2104 section 5 lets a MAC be cut, not below 80 bits. A forger has no way to test a guess
# but to ask us, so 80 bits are 10^24 questions, and every character saved is saved in each link.
MAC_BYTES = 10
_LONGEST = 42  # characters, so that it fits an SMTP local part (64, RFC 5321 4.5.3.1.1)
_LARGEST_DELIVERY = 2**63 - 1  # PostgreSQL's bigint


class BadToken(ValueError):
    """The token was not made by us, or not for this purpose."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. delivery: id of the row."""

    purpose: int
    delivery: int


def sign(keys: Sequence[bytes], purpose: int, delivery: int) -> str:
    """Make a token with the first key, of at most 32 bytes.

    purpose: one byte; a token for one purpose is refused for any other. The answer is lower-case
    hexadecimal, so it survives mail servers that change case in a local part: 30 characters for
    deliveries up to 268 million, 42 at most.
    """
    if not 0 <= delivery <= _LARGEST_DELIVERY:
        raise ValueError(f"no token for delivery {delivery}: out of range")
    return signer(keys[0], purpose)(pack(delivery))


@lru_cache(maxsize=64)
def signer(key: bytes, purpose: int) -> Callable[[bytes], str]:
    """Give a function that makes tokens for one purpose from packed numbers, half a µs each."""
    head = bytes((purpose,))
    begun = keyed(key, head)
    begin = head.hex()

    def sign_packed(number: bytes) -> str:
        mac = begun.copy()
        mac.update(number)
        return begin + number.hex() + mac.hexdigest()

    return sign_packed


def read(keys: Sequence[bytes], token: str, purpose: int) -> Token:
    """Read a token signed with any of the keys; letters may have changed case on the way.

    Raises BadToken when it is not ours, was altered, or was made for another purpose.
    """
    raw = _decode(token)
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    check(keys, body, mac)
    if body[0] != purpose:
        raise BadToken("this token was made for another purpose")
    delivery, rest = unpack(body[1:])
    if rest:
        raise BadToken("this token says more than it should")
    return Token(purpose, delivery)


def keyed(key: bytes, body: bytes) -> blake2s:
    """Begin a keyed hash of `MAC_BYTES` (RFC 7693 section 2.9)."""
    return blake2s(body, digest_size=MAC_BYTES, key=key)


def check(keys: Sequence[bytes], body: bytes, mac: bytes) -> None:
    """Raise BadToken unless one of the keys made the MAC."""
    if not any(hmac.compare_digest(mac, keyed(key, body).digest()) for key in keys):
        raise BadToken("this token was not signed by us")


def pack(number: int) -> bytes:
    """Write seven bits a byte, the lowest first, the top bit set on all but the last (LEB128)."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def unpack(data: bytes) -> tuple[int, bytes]:
    """Give the packed number that data begins with, and what follows. Raises BadToken."""
    number = 0
    for place, byte in enumerate(data):
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            return number, data[place + 1 :]
    raise BadToken("this token ends too early")


def _decode(token: str) -> bytes:
    if not token.isascii() or not 2 * MAC_BYTES + 4 <= len(token) <= _LONGEST:
        raise BadToken("this is not one of our tokens")
    try:
        raw = bytes.fromhex(token)
    except ValueError as error:
        raise BadToken("this is not one of our tokens") from error
    if raw.hex() != token.lower():  # blanks are passed over by fromhex: one spelling only is ours
        raise BadToken("this is not one of our tokens")
    return raw
