"""Merge fields of a message: which it uses, what they are for one participant, who lacks one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Protocol

from django.db.models import Count, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from sendout.accounts.models import Organisation
from sendout.compose.blocks import blocks_of
from sendout.compose.layout import UNSUBSCRIBE
from sendout.compose.models import BodyFormat, Message
from sendout.compose.versions import in_language, other_than
from sendout.core.message.blocks.kinds import said, singles
from sendout.core.message.template import Problem, Slot, fold, parse

# The fields everybody has, and the columns that must all be empty for the field to be missing.
STANDARD: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "name": ("first_name", "last_name"),
    "email": ("email",),
    "phone": ("phone",),
}
# Known of what a message before a session reminds of, and put in when it is made.
SESSION_FIELDS = ("session", "session_time", "place")
# Filled for everybody: these are never missing.
ALWAYS = {"organisation", UNSUBSCRIBE}
CHANNELS = ("email", "sms")

_EMPTY = Value("", output_field=TextField())
_MOST_COLUMNS = 1_000
_fold = lru_cache(maxsize=4096)(fold)


class Person(Protocol):
    """What is asked of a participant."""

    first_name: Any
    last_name: Any
    email: Any
    phone: Any
    fields: Any

    @property
    def name(self) -> str:
        """First and last name together."""
        ...


def merge_values(participant: Person, organisation: Organisation) -> dict[str, str]:
    """Give what the merge fields are for this participant, by folded name.

    A standard field wins over a column of the organisation's own with the same name.
    """
    own = own_values(participant.fields)
    return own | {
        "first_name": participant.first_name,
        "last_name": participant.last_name,
        "name": participant.name,
        "email": participant.email,
        "phone": participant.phone,
        "organisation": organisation.name,
    }


def own_values(fields: Mapping[str, Any]) -> dict[str, str]:
    """Give the organisation's own columns by folded name; of two alike the filled one counts."""
    return {_fold(name): str(value) for name, value in fields.items() if value not in ("", None)}


class Merging:
    """Gives what `merge_values` gives, of the fields that a text asks for: about 1 µs a person."""

    def __init__(self, asked: Collection[str], organisation: Organisation) -> None:
        """asked: by folded name."""
        self._same = {"organisation": organisation.name} if "organisation" in asked else {}
        self._standard = tuple(key for key in STANDARD if key in asked)
        own = frozenset(asked) - STANDARD.keys() - ALWAYS
        self._columns = _Columns(own) if own else None

    def values(self, person: Person) -> dict[str, str]:
        """Give the values for one person; what they lack may be missing or empty."""
        values = self._same.copy()
        if self._columns is not None:
            for column, value in person.fields.items():
                key = self._columns[column]
                if key and value not in ("", None):
                    values[key] = str(value)
        for key in self._standard:
            values[key] = getattr(person, key)
        return values


class _Columns(dict[str, str]):
    """The folded name of each column that is asked for, and nothing for the others."""

    def __init__(self, asked: frozenset[str]) -> None:
        super().__init__()
        self._asked = asked

    def __missing__(self, column: str) -> str:
        key = fold(column)
        if len(self) >= _MOST_COLUMNS:
            self.clear()
        self[column] = key if key in self._asked else ""
        return self[column]


def slots(message: Message, channels: Iterable[str] = CHANNELS) -> Iterator[Slot]:
    """Give every merge field of what is said by these channels, in reading order."""
    for text, markup in _texts(message, channels):
        yield from parse(text, markup=markup).slots


def problems(message: Message, channels: Iterable[str] = CHANNELS) -> list[Problem]:
    """Give what looks like a merge field in the message and is none."""
    return [
        problem
        for text, markup in _texts(message, channels)
        for problem in parse(text, markup=markup).problems
    ]


def fields_used(message: Message, channels: Iterable[str] = CHANNELS) -> list[str]:
    """Name the merge fields the message asks for, each once and as first written."""
    names: dict[str, str] = {}
    for slot in slots(message, channels):
        names.setdefault(slot.key, slot.name)
    return list(names.values())


def missing_fields(
    message: Message,
    participants: QuerySet[Any],
    columns: Iterable[str],
    channels: Iterable[str] = CHANNELS,
) -> dict[str, int]:
    """Count, for each merge field without a fallback, the participants who have no value for it.

    columns: the organisation's own. Fields that nobody lacks are left out. Counted in the database,
    whatever the audience's size.
    """
    needed = {s.key: s.name for s in slots(message, channels) if not s.fallback}
    wanted = {key: name for key, name in needed.items() if key not in ALWAYS}
    if not wanted:
        return {}
    lacks = {name: _lacks(gap_of(key, columns)) for key, name in wanted.items()}
    found = participants.order_by().aggregate(
        **{f"n{n}": Count("pk", filter=lack) for n, lack in enumerate(lacks.values())}
    )
    counts = {name: found[f"n{n}"] for n, name in enumerate(lacks)}
    return {name: count for name, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Gap:
    """What must all be empty for a field to be missing: columns of participants, and own ones."""

    standard: tuple[str, ...]
    own: tuple[str, ...]


def gap_of(key: str, columns: Iterable[str]) -> Gap:
    """Say when a field is missing. key: its folded name. columns: the organisation's own."""
    if key in STANDARD:
        return Gap(STANDARD[key], ())
    return Gap((), tuple(column for column in columns if _fold(column) == key))


def unknown_fields(
    message: Message, columns: Iterable[str], channels: Iterable[str] = CHANNELS
) -> dict[str, str]:
    """Name the merge fields that nobody has, each with the likeliest that was meant, or nothing.

    columns: the organisation's own.
    """
    asked = {slot.key: slot.name for slot in slots(message, channels)}
    known = {_fold(column): column for column in columns}
    names = known | {name: name for name in (*STANDARD, *ALWAYS)}
    return {
        name: next((names[near] for near in get_close_matches(key, names, 1)), "")
        for key, name in asked.items()
        if key not in names
    }


def _lacks(gap: Gap) -> Q:
    """Say that a participant has nothing in any of these."""
    empty = Q(**dict.fromkeys(gap.standard, ""))
    for column in gap.own:
        text = Coalesce(KeyTextTransform(column, "fields"), _EMPTY)
        empty &= Q(Exact(text, _EMPTY))
    return empty or Q(pk__isnull=False)


def _texts(message: Message, channels: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Give what is said, to whomever, each text once."""
    other = message.other_language
    languages = (other_than(other), other) if other else ("",)
    versions = (in_language(message, language) for language in languages)
    yield from dict.fromkeys(text for each in versions for text in _of_one(each, channels))


def _of_one(message: Message, channels: Iterable[str]) -> Iterator[tuple[str, bool]]:
    if "email" in channels:
        yield message.subject, False
        yield message.text, False
        if message.body_format == BodyFormat.BLOCKS:
            for block in singles(blocks_of(message)):
                yield from said(block)
        else:
            yield message.body, message.body_format == BodyFormat.HTML
    if "sms" in channels:
        yield message.sms_text, False
