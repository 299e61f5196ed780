"""One row of a list, read as a person; what was mended, dropped or refused is said."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from sendout.core.addresses import KIND_WORDS, BadAddress, Email, Phone, read_email, read_phone
from sendout.core.table.headers import Field, Mapping, fold
from sendout.core.table.reader import Row
from sendout.core.table.safe import unshield

LONGEST_NAME = 120  # characters; also of a group's name and of an external id
LONGEST_VALUE = 2_000  # characters of an own field
LONGEST_EMAIL = 320  # characters
LONGEST_PHONE = 60  # characters
LONGEST_NUMBER = 19  # digits that may be too many for PostgreSQL's bigint
GROUP_SEPARATORS = re.compile(r"[;|,\n]")
LANGUAGES = {
    "fr": "fr fra fre french francais francaise f",
    "en": "en eng english anglais anglaise e a ang",
}
LANGUAGE_OF = {word: code for code, words in LANGUAGES.items() for word in words.split()}


class NoteKind(StrEnum):
    """What happened to a value: put right, left out, the row left out, or only worth knowing."""

    MENDED = "mended"
    DROPPED = "dropped"
    REFUSED = "refused"
    WARNED = "warned"


@dataclass(frozen=True, slots=True)
class Note:
    """What happened to one value of a row, in one plain sentence."""

    kind: NoteKind
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class PersonRow:
    """A row as a person; empty strings where the row says nothing.

    email, phone_typed: as typed, kept even when wrong so that staff can correct them.
    email_normal, phone (E.164): empty when what was typed is not valid. phone_kind: why the number
    receives no texts, or empty. ours: the number that the participant would have here.
    """

    number: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    email_normal: str = ""
    phone_typed: str = ""
    phone: str = ""
    phone_kind: str = ""
    language: str = ""
    external_id: str = ""
    family: str = ""
    ours: int | None = None
    groups: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether there was nothing to keep."""
        return any(note.kind == NoteKind.REFUSED for note in self.notes)


def read_person(row: Row, mapping: Mapping, country: str, default_language: str) -> PersonRow:
    """Read a row; only a row without name, email and phone is refused.

    country: two letters, for phones typed without country code. default_language: named in the
    note about an unknown language; the language itself stays empty where the row gives none.
    """
    person = PersonRow(row.number)
    if row.mended:
        person.notes.append(Note(NoteKind.MENDED, "", "", row.mended))
    cells = _Cells(row, mapping)
    _read_names(person, cells)
    _read_email(person, cells[Field.EMAIL])
    _read_phone(person, cells[Field.PHONE], country)
    _read_language(person, cells[Field.LANGUAGE], default_language)
    person.external_id = clean(cells[Field.EXTERNAL_ID])[:LONGEST_NAME]
    person.family = clean(cells[Field.FAMILY])[: LONGEST_NAME - 1]
    person.ours = _read_number(cells[Field.OURS])
    _read_groups(person, row, mapping)
    _read_own(person, row, mapping)
    _judge(person)
    return person


class _Cells:
    def __init__(self, row: Row, mapping: Mapping) -> None:
        self._row, self._mapping = row, mapping

    def __getitem__(self, wanted: Field) -> str:
        index = self._mapping.index_of(wanted)
        return "" if index is None else unshield(self._row.cells[index])


def clean(text: str) -> str:
    """Compose accents, drop control characters, make every run of blanks one space."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(c if c.isprintable() else " " for c in composed).split())


def _read_names(person: PersonRow, cells: _Cells) -> None:
    first, last = clean(cells[Field.FIRST_NAME]), clean(cells[Field.LAST_NAME])
    if not first and not last:
        first, last = split_name(clean(cells[Field.FULL_NAME]))
    person.first_name = _cut(person, "first name", first)
    person.last_name = _cut(person, "last name", last)


def split_name(full: str) -> tuple[str, str]:
    """Split "Tremblay, Alice" or "Alice Tremblay" into first and last name."""
    if "," in full:
        last, _, first = full.partition(",")
        return first.strip(), last.strip()
    first, _, last = full.partition(" ")
    return first, last


def _read_number(cell: str) -> int | None:
    text = cell.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else None


def _cut(person: PersonRow, what: str, name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    reason = f"the {what} is longer than {LONGEST_NAME} characters and was cut"
    person.notes.append(Note(NoteKind.MENDED, what, name[:60] + "…", reason))
    return name[:LONGEST_NAME].strip()


def _read_email(person: PersonRow, cell: str) -> None:
    found = _read_address(person, "email", cell, read_email)
    if isinstance(found, Email):
        person.email, person.email_normal = found.typed, found.normal
    else:
        person.email = clean(cell)[:LONGEST_EMAIL]


def _read_phone(person: PersonRow, cell: str, country: str) -> None:
    found = _read_address(person, "phone", cell, lambda text: read_phone(text, country))
    person.phone_typed = clean(cell)[:LONGEST_PHONE]
    if isinstance(found, Phone):
        person.phone, person.phone_kind = found.normal, found.kind
    if person.phone_kind:
        reason = f"{KIND_WORDS[person.phone_kind]}; texts to it will be skipped"
        person.notes.append(Note(NoteKind.WARNED, "phone", shorten(cell), reason))


WITHOUT = {"email": "without email", "phone": "without SMS"}


def _read_address(
    person: PersonRow, what: str, cell: str, read: Callable[[str], Email | Phone | None]
) -> Email | Phone | None:
    try:
        found = read(cell)
    except BadAddress as bad:
        reason = f"{bad.reason}; the row is imported {WITHOUT[what]}"
        person.notes.append(Note(NoteKind.DROPPED, what, shorten(cell), reason))
        return None
    if found and found.mended:
        person.notes.append(Note(NoteKind.MENDED, what, shorten(cell), found.mended))
    return found


def _read_language(person: PersonRow, cell: str, default: str) -> None:
    words = fold(cell).split()
    if not words:
        return
    person.language = LANGUAGE_OF.get(words[0], "")
    if not person.language:
        reason = f"“{shorten(cell)}” is not English or French; the default ({default}) is used"
        person.notes.append(Note(NoteKind.DROPPED, "language", shorten(cell), reason))


def _read_groups(person: PersonRow, row: Row, mapping: Mapping) -> None:
    for column in mapping.columns_of(Field.GROUPS):
        for part in GROUP_SEPARATORS.split(unshield(row.cells[column.index])):
            name = clean(part)[:LONGEST_NAME]
            if name and name not in person.groups:
                person.groups.append(name)


def _read_own(person: PersonRow, row: Row, mapping: Mapping) -> None:
    for column in mapping.columns_of(Field.OWN):
        value = unshield(row.cells[column.index]).replace("\0", "").strip()
        if len(value) > LONGEST_VALUE:
            reason = f"“{column.header}” is longer than {LONGEST_VALUE:,} characters and was cut"
            person.notes.append(Note(NoteKind.MENDED, column.header, shorten(value), reason))
        if value:
            person.fields[column.header] = unicodedata.normalize("NFC", value[:LONGEST_VALUE])


def _judge(person: PersonRow) -> None:
    if person.email_normal or person.phone:
        return
    if person.first_name or person.last_name:
        reason = "no usable email and no usable phone: imported, but cannot be written to"
        person.notes.append(Note(NoteKind.WARNED, "", "", reason))
    else:
        reason = "the row has no name, no email and no phone, so there is nobody to import"
        person.notes.append(Note(NoteKind.REFUSED, "", "", reason))


def shorten(value: str) -> str:
    """Show a value in a report: on one line, at most 80 characters."""
    line = " ".join(value.split())
    return line if len(line) <= 80 else line[:79] + "…"
