"""Signing messages, so that receivers know they come from the domain (DKIM, RFC 6376, RFC 8463)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

Key: TypeAlias = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

SMALLEST, LARGEST = 2048, 4096  # bits of an RSA key; below is refused by the large receivers
CANONICALISATIONS = ("relaxed", "simple")
# Named once more than they occur, so that nobody can add one (RFC 6376 section 8.15).
OVERSIGNED = (
    b"from",
    b"subject",
    b"to",
    b"date",
    b"message-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"reply-to",
    b"cc",
    b"content-type",
)
SIGNED = (
    *OVERSIGNED,
    b"mime-version",
    b"content-transfer-encoding",
    b"in-reply-to",
    b"references",
    b"list-id",
    b"feedback-id",
)

_FOLD = re.compile(rb"\r\n(?![ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_BLANKS_AT_END = re.compile(rb"[ \t]+(?=\r\n|\Z)")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_LINE = 72


class BadKey(ValueError):
    """A key, a domain or a selector that cannot be signed with; the message is for a person."""


class Signer:
    """Signs for one domain with one key."""

    def __init__(
        self,
        domain: str,
        selector: str,
        key: Key,
        *,
        header: str = "relaxed",
        body: str = "relaxed",
    ) -> None:
        """Take the names under which the key stands in the DNS. Raises BadKey.

        header, body: how much a server on the way may change, "relaxed" or "simple" (nothing).
        """
        if {header, body} - set(CANONICALISATIONS):
            raise BadKey(f'"{header}/{body}" is no canonicalisation; take relaxed or simple.')
        _check(key)
        self.domain = _dns_name(domain, "domain")
        self.selector = _dns_name(selector, "selector")
        self.body = body
        self._key = key
        self._header = _HEADERS[header]
        name = "ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else "rsa"
        self._begin = (
            f"DKIM-Signature: v=1; a={name}-sha256; c={header}/{body};\r\n"
            f" d={self.domain};\r\n s={self.selector};"
        ).encode()

    def sign(self, message: bytes, at: int | None = None, tail: bytes = b"") -> bytes:
        """Give the DKIM-Signature field to be put before the message, with its line end.

        message: with CRLF. at: seconds since 1970 for `t=`, None to leave that out. tail: as for
        `digest`.
        """
        fields, body = split(message)
        return self._sign(fields, digest(body, self.body, tail), at)

    def _sign(self, fields: Sequence[tuple[bytes, bytes]], hashed: bytes, at: int | None) -> bytes:
        names, signed = self._choose(fields)
        time = b" t=%d;" % at if at is not None else b""
        field = b"%b%b\r\n h=%b;\r\n bh=%b;\r\n b=" % (
            self._begin,
            time,
            _folded_names(names),
            b64encode(hashed),
        )
        signed.append(self._header(*_parted(field)).removesuffix(b"\r\n"))
        return field + _folded(self._signature(b"".join(signed))) + b"\r\n"

    def _choose(self, fields: Sequence[tuple[bytes, bytes]]) -> tuple[list[bytes], list[bytes]]:
        """Give the names for `h=`, and the fields that are signed (section 5.4.2: last first)."""
        found: dict[bytes, list[bytes]] = {}
        for name, field in fields:
            found.setdefault(name, []).append(field)
        names: list[bytes] = []
        signed: list[bytes] = []
        for name in SIGNED:
            those = found.get(name, [])
            names += [name] * (len(those) + (name in OVERSIGNED))
            signed += [self._header(name, field) for field in reversed(those)]
        return names, signed

    def _signature(self, signed: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(sha256(signed).digest())  # RFC 8463 section 3


def sign_by_all(
    signers: Sequence[Signer], message: bytes, at: int | None = None, tail: bytes = b""
) -> bytes:
    """Give the signatures of several keys (RFC 8463 section 4), reading the message once.

    tail: as for `digest`.
    """
    fields, body = split(message)
    digests = {way: digest(body, way, tail) for way in {signer.body for signer in signers}}
    return b"".join([signer._sign(fields, digests[signer.body], at) for signer in signers])


def split(message: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Cut a message into its fields, each with its name in small letters, and its body."""
    head, _, body = message.partition(b"\r\n\r\n")
    return [_parted(field) for field in _FOLD.split(head)], body


def _parted(field: bytes) -> tuple[bytes, bytes]:
    return field.partition(b":")[0].rstrip(b" \t").lower(), field


def digest(body: bytes, way: str, tail: bytes = b"") -> bytes:
    """Hash a body as section 3.4.3 (simple) or 3.4.4 (relaxed) says.

    tail: how the body goes on, in whole lines that neither way changes, as `attached` makes them:
    no blank beside another or at an end, no empty line last. It is only read, never copied.
    """
    if way == "relaxed" and (
        b"  " in body or b"\t" in body or b" \r\n" in body or body.endswith(b" ")
    ):
        body = _BLANKS.sub(b" ", _BLANKS_AT_END.sub(b"", body))
    if tail:
        hashed = sha256(body)
        hashed.update(tail)
        return hashed.digest()
    end = len(body)
    while body[end - 2 : end] == b"\r\n" and end >= 2:
        end -= 2
    if end or way == "simple":
        return sha256(body[:end] + b"\r\n").digest()
    return sha256(b"").digest()


def _relaxed(name: bytes, field: bytes) -> bytes:
    """Section 3.4.2."""
    value = field[field.index(b":") + 1 :].replace(b"\r\n", b"")
    if b"  " in value or b"\t" in value:
        value = _BLANKS.sub(b" ", value)
    return name + b":" + value.strip(b" ") + b"\r\n"


def _simple(_: bytes, field: bytes) -> bytes:
    """Section 3.4.1."""
    return field + b"\r\n"


_HEADERS: dict[str, Callable[[bytes, bytes], bytes]] = {"relaxed": _relaxed, "simple": _simple}


def _folded(signature: bytes) -> bytes:
    text = b64encode(signature)
    return b"\r\n ".join([text[at : at + _LINE] for at in range(0, len(text), _LINE)])


def _folded_names(names: Sequence[bytes]) -> bytes:
    lines = [b""]
    for name in names:
        if len(lines[-1]) + len(name) > _LINE:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n  ".join(lines)[:-1]


def load(pem: str) -> Key:
    """Read a private key in PEM format. Raises BadKey."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadKey(
            "this is no private key in PEM format without a password; "
            "it begins with -----BEGIN PRIVATE KEY-----."
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise BadKey("DKIM signs with RSA or Ed25519; this is a key of another kind.")
    _check(key)
    return key


def make_key(kind: str = "rsa") -> Key:
    """Make a key: "rsa" (2048 bits, known to all receivers) or "ed25519" (to add to it)."""
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind != "rsa":
        raise BadKey(f'DKIM signs with rsa or ed25519, not "{kind}".')
    return rsa.generate_private_key(public_exponent=65_537, key_size=SMALLEST)


def to_pem(key: Key) -> str:
    """Write a private key in PEM format, as `load` reads it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def dns_record(key: Key) -> str:
    """Give the TXT record for `selector._domainkey.domain`.

    One text, which some DNS servers want cut into pieces of 255 characters.
    """
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return f"v=DKIM1; k=ed25519; p={b64encode(public.public_bytes_raw()).decode()}"
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"


def _check(key: Key) -> None:
    if isinstance(key, rsa.RSAPrivateKey) and not SMALLEST <= key.key_size <= LARGEST:
        raise BadKey(
            f"this RSA key has {key.key_size} bits; receivers want {SMALLEST} to {LARGEST}. "
            "Make a new one."
        )


def _dns_name(name: str, what: str) -> str:
    try:
        coded = name if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        coded = ""
    if not _NAME.fullmatch(coded) or len(coded) > 253:
        raise BadKey(f'"{name[:60]}" is no {what}; it is a name in the DNS, such as example.org.')
    return coded.lower()
