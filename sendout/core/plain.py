"""Text made plain, so that what is typed finds what is meant: "Zoe" is in "Zoé", 514 in (514)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_TERMS = 6  # more make no search narrower
FEWEST_DIGITS = 3  # that are looked for in a phone number
MARKS = re.compile("[\u0300-\u036f]")
LETTERS = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
WORDS = re.compile(r"\w+")
SIGNS = r"[\x01-/:-@\[-`{-~]+"  # blanks and signs, for Python and PostgreSQL
LONGEST = 255  # letters of a piece that are looked at; PostgreSQL takes 2,046 bytes of a word
JOINED = re.compile("[-'’.]+")  # parts of a name, which `people.identity.name_key` parts
NUMBER = re.compile(r"[+\d().\-/]*\d[+\d().\-/]*")
ABROAD = ("011", "00")  # dialled before a country code, where no + can be
TRUNK = "0"  # dialled before a number of the same country in much of the world


@dataclass(frozen=True, slots=True)
class Term:
    """Something that was typed. spellings: as any of which it may stand where it is looked for."""

    spellings: tuple[str, ...]


def is_text(given: str) -> bool:
    """Tell whether it was UTF-8 where it came from, in which Python keeps other bytes, too."""
    try:
        given.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(text: str) -> str:
    """Take case, accents and ligatures away; `finding.expressions.Plain` says the same in SQL."""
    text = MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    for letter, spelled in LETTERS.items():
        text = text.replace(letter, spelled)
    return text


def words(text: str) -> list[str]:
    """Give the plain words of a text, a few at most."""
    return WORDS.findall(plain(text).replace("_", " "))[:MOST_TERMS]


def terms(typed: str) -> list[Term]:
    """Cut what was typed at its blanks; what belongs to one phone number stays together."""
    found: list[Term] = []
    number: list[str] = []
    for piece in [*plain(typed).split(), ""]:
        if NUMBER.fullmatch(piece):
            number.append(piece)
            continue
        if number:
            found.append(Term(tuple(_as_number(number))))
            number = []
        if piece:
            parted = JOINED.sub(" ", piece).strip()
            found.append(Term(tuple(dict.fromkeys([piece, parted or piece]))))
    return found[:MOST_TERMS]


def beginnings(typed: str) -> str:
    """Write what was typed as a `tsquery` on `finding.expressions.Pieces`; "" for signs alone.

    Every term is wanted, in one of its spellings, each piece of which begins a piece.
    """
    wanted = ["|".join(dict.fromkeys(_joined(term.spellings))) for term in terms(typed)]
    return "&".join(f"({ways})" for ways in wanted if ways)


def all_begin(pieces: Iterable[str]) -> str:
    """Write in the words of a `tsquery` that each of these plain words begins another one."""
    return "&".join(f"'{piece[:LONGEST]}':*" for piece in pieces)


def _joined(spellings: tuple[str, ...]) -> Iterator[str]:
    for spelling in spellings:
        pieces = re.sub(SIGNS, " ", spelling).split()
        if pieces:
            yield f"({all_begin(pieces)})"


def _as_number(pieces: list[str]) -> Iterator[str]:
    yield " ".join(pieces)
    digits = re.sub(r"\D", "", "".join(pieces))
    if len(digits) < FEWEST_DIGITS:
        return
    yield digits
    for prefix in (*ABROAD, TRUNK):
        rest = digits.removeprefix(prefix)
        if rest != digits and len(rest) >= FEWEST_DIGITS:
            yield rest
