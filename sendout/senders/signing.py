"""DKIM: with which keys a sender's emails are signed, and what must stand in the DNS for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from sendout.core.message.dkim import (
    BadKey,
    Signer,
    dns_record,
    load,
    make_key,
    sign_by_all,
    to_pem,
)
from sendout.core.providers.registry import leaves_as_written
from sendout.senders.models import Channel, Sender
from sendout.senders.vault import CannotUnseal, seal, unseal

ALGORITHMS = {"rsa": "", "ed25519": "-ed25519"}  # and what its selector ends with
SELECTOR = "sendout"
LONGEST_SELECTOR = 63 - max(map(len, ALGORITHMS.values()))  # RFC 1035 2.3.4: a label


class CannotSign(Exception):
    """This sender's emails cannot be signed as they should be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """A TXT record to be published, so that receivers can check signatures."""

    algorithm: str
    name: str
    value: str


def can_sign(sender: Sender) -> bool:
    """Tell whether its emails leave as we write them; a service signs what it writes anew."""
    return sender.channel == Channel.EMAIL and leaves_as_written(sender.channel, sender.kind)


def signers_of(sender: Sender) -> tuple[Signer, ...]:
    """Give what signs this sender's emails; nothing when that is off.

    Raises CannotSign when it is on and a key cannot be read.
    """
    if not sender.dkim_on or not can_sign(sender):
        return ()
    keys = tuple(settings.FIELD_KEYS)
    return _signers(sender.dkim_domain, sender.dkim_selector, sender.dkim_keys, keys)


def signed(sender: Sender, content: bytes, at: int, tail: bytes = b"") -> bytes:
    """Put the signatures before a message. at: seconds since 1970. Raises CannotSign.

    tail: what it goes on with, as in an `Envelope`.
    """
    return sign_by_all(signers_of(sender), content, at, tail) + content


def records(sender: Sender) -> list[Record]:
    """Give what must stand in the DNS, as long as emails are signed. Raises CannotSign."""
    return [
        Record(
            algorithm,
            f"{sender.dkim_selector}{ALGORITHMS[algorithm]}._domainkey.{sender.dkim_domain}",
            dns_record(load(pem)),
        )
        for algorithm, pem in read_keys(sender).items()
    ]


def read_keys(sender: Sender) -> dict[str, str]:
    """Give the private keys in PEM format, by algorithm. Raises CannotSign."""
    return _unsealed(sender.dkim_keys)


def make_keys(algorithms: Iterable[str]) -> dict[str, str]:
    """Make a key for each algorithm, in PEM format."""
    return {algorithm: to_pem(make_key(algorithm)) for algorithm in algorithms}


def put_keys(sender: Sender, domain: str, selector: str, keys: Mapping[str, str]) -> None:
    """Put names and keys (PEM, by algorithm) on the row, the keys encrypted; does not save.

    Where that asks for other records than before, signing is switched off until they are
    published. Raises BadKey when these cannot be signed with.
    """
    if not selector.isascii():
        raise BadKey(f'"{selector[:60]}" is no selector; take letters from a to z and digits.')
    before = _standing(sender)
    domain = _build(domain, selector, keys)[0].domain
    sender.dkim_domain, sender.dkim_selector = domain, selector.lower()
    sender.dkim_keys = seal(dict(keys))
    if _standing(sender) != before:
        sender.dkim_on = False


def _standing(sender: Sender) -> list[Record]:
    """Give the records there are; none where the keys cannot be read."""
    try:
        return records(sender)
    except (BadKey, CannotSign):
        return []


def algorithm_of(pem: str) -> str:
    """Tell for which algorithm a private key is. Raises BadKey."""
    return "ed25519" if "k=ed25519" in dns_record(load(pem)) else "rsa"


@lru_cache(maxsize=64)
def _signers(domain: str, selector: str, sealed: str, _: tuple[bytes, ...]) -> tuple[Signer, ...]:
    """Build signers once per settings; the last argument tells when the secret keys are others."""
    try:
        return _build(domain, selector, _unsealed(sealed))
    except BadKey as error:
        raise CannotSign(
            f"Emails of this sender cannot be signed (DKIM): {error} Set its signature up anew."
        ) from None


def _build(domain: str, selector: str, keys: Mapping[str, str]) -> tuple[Signer, ...]:
    if not keys:
        raise BadKey("there is no key.")
    return tuple(
        Signer(domain, f"{selector}{ALGORITHMS[algorithm]}", load(pem))
        for algorithm, pem in keys.items()
    )


def _unsealed(sealed: str) -> dict[str, str]:
    try:
        return unseal(sealed)
    except CannotUnseal:
        raise CannotSign(
            "The DKIM keys of this sender cannot be read with the secret keys of this "
            "installation; put the old key back into SENDOUT_KEYS, or set its signature up anew."
        ) from None
