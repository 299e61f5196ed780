"""Addresses typed by hand: found among the participants, or made new participants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from sendout.accounts.models import Organisation
from sendout.core.addresses import KIND_WORDS, BadAddress, Email, Phone, read_email, read_phone
from sendout.people.models import Participant

_PARTS = re.compile(r"[,;\t]+")
_NAMED = re.compile(r"\s*\"?([^\"<>@]*?)\"?\s*<([^<>]+)>\s*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that is none. line: counted from 1. typed: to be shown again."""

    line: int
    typed: str
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Found:
    """What was typed, read."""

    participants: list[Participant]
    refusals: list[Refusal]


def find_or_add(organisation: Organisation, text: str) -> Found:
    """Read emails and phone numbers, one a line or separated by commas.

    An address that several participants share stands for the one who was added first. Bad ones
    are named by line and the rest is taken.
    """
    refusals: list[Refusal] = []
    read: dict[str, tuple[str, Email | Phone]] = {}
    for line, part in _parts(text):
        try:
            name, address = _read(part, organisation.country)
        except BadAddress as error:
            refusals.append(Refusal(line, part, error.reason))
            continue
        read.setdefault(address.normal, (name, address))
    return Found(_participants(organisation, read), refusals)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for part in _PARTS.split(line):
            if part.strip():
                yield number, part.strip()


def _read(part: str, country: str) -> tuple[str, Email | Phone]:
    """Read one address, with the name before it if there is one: `Ann <ann@example.org>`."""
    named = _NAMED.fullmatch(part)
    name, address = (named[1].strip(), named[2]) if named else ("", part)
    if "@" in address:
        email = read_email(address)
        if email:
            return name, email
    phone = read_phone(address, country) if any(c.isdigit() for c in address) else None
    if not phone:
        raise BadAddress(f'"{part[:60]}" is neither an email address nor a phone number')
    if phone.kind:
        raise BadAddress(f'"{part[:60]}": {KIND_WORDS[phone.kind]}')
    return name, phone


@transaction.atomic
def _participants(
    organisation: Organisation, read: dict[str, tuple[str, Email | Phone]]
) -> list[Participant]:
    known = _known(organisation, list(read))
    new = [
        _new(organisation, name, address)
        for normal, (name, address) in read.items()
        if normal not in known
    ]
    return [known[normal] for normal in read if normal in known] + (
        Participant.objects.bulk_create(new, batch_size=1000)
    )


def _known(organisation: Organisation, normals: list[str]) -> dict[str, Participant]:
    own = Participant.objects.filter(organisation=organisation).order_by("-pk")
    by_email = {p.email_normal: p for p in own.filter(email_normal__in=normals)}
    by_phone = {p.phone: p for p in own.filter(phone__in=normals)}
    return {**by_phone, **by_email}


def _new(organisation: Organisation, name: str, address: Email | Phone) -> Participant:
    first, _, last = name.partition(" ")
    participant = Participant(
        organisation=organisation, first_name=first[:120], last_name=last.strip()[:120]
    )
    participant.language = organisation.language
    if isinstance(address, Email):
        participant.email, participant.email_normal = address.typed, address.normal
    else:
        participant.phone_typed, participant.phone = address.typed[:60], address.normal
        participant.phone_kind = address.kind
    return participant
