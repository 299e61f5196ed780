"""Which system wrote a list of unsubscribes, and what each of its columns is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sendout.core.table.errors import BadTable
from sendout.core.table.headers import Field, fold, guess_mapping
from sendout.core.unsubscribes.words import ADMIN, BAD, COMPLAINT, UNSUBSCRIBED


class Shape(StrEnum):
    """Who wrote the list; decides what its words mean."""

    MAILCHIMP_UNSUBSCRIBED = "mailchimp-unsubscribed"
    MAILCHIMP_CLEANED = "mailchimp-cleaned"
    CONSTANT_CONTACT = "constant-contact"
    SENDOUT = "sendout"
    PLAIN = "plain"


class Part(StrEnum):
    """What a column can be. status: whether this person is still subscribed. mail: after which."""

    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    CHANNEL = "channel"
    CATEGORY = "category"
    REASON = "reason"
    STATUS = "status"
    DATE = "date"
    MAIL = "mail"
    WORDS = "words"
    IGNORE = "ignore"


REASON_OF_SHAPE = {Shape.MAILCHIMP_CLEANED: BAD}  # of rows that name none; all others: unsubscribed
REASONS = (UNSUBSCRIBED, COMPLAINT, BAD, ADMIN)
MANY = frozenset({Part.STATUS, Part.WORDS, Part.MAIL, Part.IGNORE})  # what several columns may be

# Headers as `fold` leaves them. A list of Mailchimp's is known by the one column that only it has.
MARKS = {
    Shape.MAILCHIMP_UNSUBSCRIBED: {"unsub time"},
    Shape.MAILCHIMP_CLEANED: {"clean time"},
    Shape.SENDOUT: {"channel", "address", "reason"},
}
OF_CONSTANT_CONTACT = {"email status", "email permission status", "email opt out date"}
STILL_SUBSCRIBED = {"member rating", "optin time"}
STATUSES = "email status|email permission status"
PARTS: dict[Part, str] = {
    Part.DATE: "unsub time|clean time|email opt out date|opt out date|opted out|created at|since"
    "|date|unsubscribed at|unsubscribe date|unsubscribed on|date unsubscribed|unsubscribed date"
    "|unsubscribe time|unsubscribe timestamp|timestamp|time|created|added|added on|date added"
    "|bounced at|date de desabonnement|date de retrait|depuis|ajoute le",
    Part.REASON: "unsub reason|reason|raison|motif|cause|unsubscribe reason|suppression reason"
    "|suppression type|type of unsubscribe|bounce type|type",
    Part.MAIL: "unsub campaign title|clean campaign title|campaign|campaign title|campaign name"
    "|campagne|message",
    Part.WORDS: "unsub reason other|email opt out reason|opt out reason|note|notes|comment"
    "|comments|commentaire|commentaires|remarque|remarques|evidence|details|explanation",
    Part.STATUS: f"{STATUSES}|status|statut|etat|state|subscribed|is subscribed|unsubscribed"
    "|is unsubscribed|abonne|subscription status|subscriber status|email opt out|opted in",
    Part.CHANNEL: "channel|canal",
    Part.CATEGORY: "category|stopped|categorie|what to stop",
    Part.ADDRESS: "address",
}
_PART_OF = {
    header: (part, rank)
    for part, headers in PARTS.items()
    for rank, header in enumerate(headers.split("|"))
}
_NOTHING = (Part.IGNORE, 0)
_ONLY_THEIRS = frozenset({Part.CHANNEL, Part.CATEGORY, Part.ADDRESS})  # of our own lists


@dataclass(frozen=True, slots=True)
class Layout:
    """How a list is read: its shape, its headers, and what each column is taken for."""

    shape: Shape
    headers: tuple[str, ...]
    parts: tuple[Part, ...]

    def columns(self, part: Part) -> list[int]:
        """Give the places of the columns that are this part."""
        return [place for place, each in enumerate(self.parts) if each == part]

    def problem(self) -> str:
        """Say in one sentence why a list cannot be read like this; empty when it can."""
        twice = [p for p in Part if p not in MANY and len(self.columns(p)) > 1]
        if twice:
            return f"Two columns are said to be the {twice[0]}; only one can be."
        if not any(self.columns(part) for part in (Part.EMAIL, Part.PHONE, Part.ADDRESS)):
            return "No column holds an email address or a phone number: say which one does."
        return ""

    def to_json(self) -> dict[str, Any]:
        """Give plain values to store."""
        return {"shape": self.shape, "headers": [*self.headers], "parts": [*self.parts]}

    @staticmethod
    def from_json(stored: dict[str, Any]) -> Layout:
        """Read what `to_json` gave."""
        parts = tuple(Part(part) for part in stored["parts"])
        return Layout(Shape(stored["shape"]), tuple(stored["headers"]), parts)


def recognise(headers: Sequence[str]) -> Shape:
    """Tell who wrote a list by its headers.

    Raises BadTable for Mailchimp's list of those who are still subscribed: nobody means to stop
    everybody.
    """
    folded = {fold(header) for header in headers}
    for shape, marks in MARKS.items():
        if marks <= folded:
            return shape
    if folded >= STILL_SUBSCRIBED:
        raise BadTable(
            "this is Mailchimp's list of those who are still subscribed; import its files"
            " “unsubscribed” and “cleaned” here, and this one under Participants"
        )
    if len(OF_CONSTANT_CONTACT & folded) > 1:
        return Shape.CONSTANT_CONTACT
    return Shape.PLAIN


def lay_out(shape: Shape, headers: Sequence[str], sample: Sequence[Sequence[str]]) -> Layout:
    """Guess what each column of a list of this shape is; sample: its first rows."""
    guessed = guess_mapping(headers, sample)
    parts = _best([_claim(shape, header) for header in headers])
    email, phone = guessed.index_of(Field.EMAIL), guessed.index_of(Field.PHONE)
    if Part.ADDRESS not in parts:
        if email is not None:
            parts[email] = Part.EMAIL
        elif phone is not None:  # beside an email it is only one more thing known of the person
            parts[phone] = Part.PHONE
    return Layout(shape, tuple(headers), tuple(parts))


def _claim(shape: Shape, header: str) -> tuple[Part, int]:
    part, rank = _PART_OF.get(fold(header), _NOTHING)
    return _NOTHING if part in _ONLY_THEIRS and shape != Shape.SENDOUT else (part, rank)


def _best(claims: list[tuple[Part, int]]) -> list[Part]:
    """Leave each part that only one column can be to the header that names it best."""
    best: dict[Part, int] = {}
    for part, rank in claims:
        best[part] = min(rank, best.get(part, rank))
    parts: list[Part] = []
    for part, rank in claims:
        lost = part not in MANY and (rank > best[part] or part in parts)
        parts.append(Part.IGNORE if lost else part)
    return parts
