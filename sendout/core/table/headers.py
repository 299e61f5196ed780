"""Which column holds what: guessed from English, French and Spanish headers, then from content."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

SAMPLE = 50  # rows looked at when the headers do not tell


class Field(StrEnum):
    """What a column can be."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    GROUPS = "groups"
    EXTERNAL_ID = "external_id"
    FAMILY = "family"
    OURS = "ours"
    OWN = "own"
    IGNORE = "ignore"


class Confidence(StrEnum):
    """How sure a guess is: by an exact header, by a word in it, by a doubtful word or content."""

    SURE = "sure"
    LIKELY = "likely"
    WEAK = "weak"
    NONE = "none"


# Exact headers, best first: of two columns that could be the phone, the earlier word wins.
# Written without accents, capitals and punctuation, as `fold` leaves them.
SURE_WORDS: dict[Field, str] = {
    Field.FIRST_NAME: "first name|firstname|given name|prenom|prenoms|nombre|first|name first"
    "|participant first name|prenom du participant",
    Field.LAST_NAME: "last name|lastname|surname|family name|nom de famille|apellido|apellidos"
    "|nom|last|name last|participant last name|nom du participant",
    Field.FULL_NAME: "full name|fullname|name|participant|participant name|nom complet"
    "|prenom et nom|nom et prenom|nom prenom|prenom nom|nombre completo|client name"
    "|first and last name|member name|nom du client|nom du membre",
    Field.EMAIL: "email|e mail|courriel|email address|e mail address|adresse courriel"
    "|adresse email|adresse e mail|adresse electronique|courrier electronique|adresse mail|mail"
    "|correo electronico|correo|primary email|courriel principal|email 1|courriel 1|contact email"
    "|parent email|courriel du parent|courriel parent",
    Field.PHONE: "mobile|mobile phone|mobile number|cell|cell phone|cellphone|cell number"
    "|cellular|cellulaire|telephone cellulaire|tel cellulaire|tel cell|no cellulaire"
    "|numero de cellulaire|numero cellulaire|portable|telephone portable|tel portable"
    "|numero de portable|telephone mobile|movil|celular|telefono movil|sms|sms number|texto"
    "|numero sms|parent cell phone|cellulaire du parent"
    "|phone|telephone|tel|phone number|telephone number|numero de telephone|no de telephone"
    "|no tel|telefono|primary phone|telephone principal|phone 1|telephone 1|contact phone"
    "|home phone|phone home|telephone maison|tel maison|telephone domicile|tel domicile"
    "|telephone residence|tel residence|residence|domicile|phone 2|telephone 2"
    "|work phone|phone work|telephone travail|tel travail|telephone bureau|tel bureau|bureau",
    Field.LANGUAGE: "language|langue|lang|preferred language|langue preferee|idioma|locale"
    "|language of correspondence|langue de correspondance|communication language",
    Field.GROUPS: "groups|group|groupes|groupe|group name|nom du groupe|tags|tag|etiquettes"
    "|grupo|grupos",
    Field.EXTERNAL_ID: "external id|member id|member number|member no|membership number"
    "|client id|client number|client no|customer id|participant id|participant number"
    "|numero de membre|no de membre|no membre|numero de client|no de client|no client"
    "|code client|code membre|identifiant|numero de participant|no de participant",
    Field.FAMILY: "family|family id|family number|family no|household|household id"
    "|famille|numero de famille|no de famille|no famille|id famille|code famille|foyer|familia",
    # Of our own export, or else the row number of another program: it is believed as far as name
    # and address agree (`people.import_plan`).
    Field.OURS: "id",
}
LIKELY_WORDS: tuple[tuple[str, Field], ...] = (
    (r"e ?mail|courriel|correo", Field.EMAIL),
    (r"cell|cellulaire|mobile|portable|sms|movil|celular", Field.PHONE),
    (r"phone|telephone|tel|telefono", Field.PHONE),
    (r"first name|given name|prenom", Field.FIRST_NAME),
    (r"last name|surname|family name|nom de famille|apellido", Field.LAST_NAME),
    (r"language|langue|idioma", Field.LANGUAGE),
)
OTHER_PEOPLE = re.compile(
    r"\b(child|children|enfant|enfants|emergency|urgence|coach|entraineur|doctor|medecin|school"
    r"|ecole|company|entreprise|employer|spouse|conjoint|second|secondary|other|autre|2|3)\b"
)
ABOUT_IT = re.compile(
    r"\b(consent|consentement|opt|optin|optout|permission|autorisation|type|status|statut|verified"
    r"|verifie|bounce|subscribed|abonne|ext|extension|poste|date|preference|notes?|carrier)\b"
)
EMAIL_LIKE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE_LIKE = re.compile(r"[+(]?\d[\d\s().-]{7,20}\d")
LANGUAGE_LIKE = re.compile(r"(fr|en|es)([-_]\w+)?|fran[cç]ais|french|english|anglais", re.I)
LOOKS = ((Field.EMAIL, EMAIL_LIKE), (Field.PHONE, PHONE_LIKE), (Field.LANGUAGE, LANGUAGE_LIKE))
STRENGTH = {Confidence.SURE: 3, Confidence.LIKELY: 2, Confidence.WEAK: 1, Confidence.NONE: 0}
MANY = {Field.OWN, Field.IGNORE, Field.GROUPS}  # what more than one column may be


@dataclass(frozen=True, slots=True)
class Guess:
    """What a header seems to say; `rank` orders headers that say the same, best first."""

    field: Field
    confidence: Confidence
    rank: int = 0


NOTHING = Guess(Field.OWN, Confidence.NONE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its place, its header, what it is taken for and how surely."""

    index: int
    header: str
    field: Field
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Mapping:
    """What every column of a list is taken for."""

    columns: tuple[Column, ...]

    def index_of(self, field: Field) -> int | None:
        """Find the column of a field that only one column can be."""
        return next((c.index for c in self.columns if c.field == field), None)

    def columns_of(self, field: Field) -> tuple[Column, ...]:
        """Find all columns of a field."""
        return tuple(column for column in self.columns if column.field == field)

    def correct(self, index: int, field: Field) -> "Mapping":
        """Say what a column is; a column that was taken for the same becomes an own field."""
        fields = {c.index: Field.OWN for c in self.columns_of(field)} if field not in MANY else {}
        return self.with_fields({**fields, index: field})

    def with_fields(self, fields: dict[int, Field]) -> "Mapping":
        """Say what some columns are, by index."""
        return Mapping(
            tuple(
                replace(c, field=fields[c.index], confidence=Confidence.SURE)
                if fields.get(c.index, c.field) != c.field
                else c
                for c in self.columns
            )
        )

    def claimed_twice(self) -> list[Field]:
        """Name the fields that several columns are taken for although only one can be."""
        counts = Counter(c.field for c in self.columns)
        return [field for field, count in counts.items() if count > 1 and field not in MANY]

    def to_json(self) -> list[dict[str, Any]]:
        """Give plain values to store."""
        return [asdict(column) for column in self.columns]

    @staticmethod
    def from_json(columns: list[dict[str, Any]]) -> "Mapping":
        """Read what `to_json` gave."""
        return Mapping(
            tuple(
                Column(c["index"], c["header"], Field(c["field"]), Confidence(c["confidence"]))
                for c in columns
            )
        )


def fold(words: str) -> str:
    """Reduce words to letters and figures: no case, no accents, one space between words."""
    plain = unicodedata.normalize("NFKD", words.replace("№", "no").replace("#", " no "))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


EXACT = {
    word: Guess(field, Confidence.SURE, rank)
    for field, words in SURE_WORDS.items()
    for rank, word in enumerate(words.split("|"))
}


def read_header(header: str) -> Guess:
    """Say what a header alone tells."""
    folded = fold(header)
    if folded in EXACT:
        return EXACT[folded]
    if ABOUT_IT.search(folded):
        return NOTHING
    for rank, (words, field) in enumerate(LIKELY_WORDS):
        if re.search(rf"\b({words})\b", folded):
            doubtful = OTHER_PEOPLE.search(folded)
            return Guess(field, Confidence.WEAK if doubtful else Confidence.LIKELY, rank)
    return NOTHING


def guess_mapping(headers: Sequence[str], sample: Sequence[Sequence[str]]) -> Mapping:
    """Guess what every column is; of several columns for one field the best one gets it.

    sample: the first rows, which overrule a header (an "Email" column of yes and no is a consent)
    and decide where the headers say nothing.
    """
    guesses = [
        _weigh(read_header(header), [row[i].strip() for row in sample[:SAMPLE] if row[i].strip()])
        for i, header in enumerate(headers)
    ]
    taken = _best_columns(guesses)
    columns = [
        Column(i, header, guess.field, guess.confidence)
        if guess.field in MANY or taken[guess.field] == i
        else Column(i, header, Field.OWN, Confidence.NONE)
        for i, (header, guess) in enumerate(zip(headers, guesses, strict=True))
    ]
    return _one_kind_of_name(Mapping(tuple(columns)))


def _weigh(guess: Guess, values: list[str]) -> Guess:
    if guess.field == Field.EMAIL and len(values) >= 3 and not any("@" in v for v in values):
        return NOTHING
    if guess.field == Field.OWN and len(values) >= 1:
        for field, shape in LOOKS:
            if sum(bool(shape.fullmatch(v)) for v in values) > 0.6 * len(values):
                return Guess(field, Confidence.WEAK, len(EXACT))
    return guess


def _best_columns(guesses: list[Guess]) -> dict[Field, int]:
    best: dict[Field, int] = {}
    for i, guess in enumerate(guesses):
        rival = guesses[best[guess.field]] if guess.field in best else NOTHING
        if _strength(guess) > _strength(rival):
            best[guess.field] = i
    return best


def _strength(guess: Guess) -> tuple[int, int]:
    return STRENGTH[guess.confidence], -guess.rank


def _one_kind_of_name(mapping: Mapping) -> Mapping:
    """Where first and last names have columns of their own, a full name is one more own field."""
    full = mapping.index_of(Field.FULL_NAME)
    split = mapping.index_of(Field.FIRST_NAME) is not None
    if full is None or not split or mapping.index_of(Field.LAST_NAME) is None:
        return mapping
    return mapping.correct(full, Field.OWN)
