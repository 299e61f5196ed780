"""What `core.plain` does, in SQL that generated columns and indexes may use."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchQueryField, SearchVectorField
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from sendout.core.plain import LETTERS, LONGEST, SIGNS, Term, all_begin, beginnings, words

_LONG = {letter: spelled for letter, spelled in LETTERS.items() if len(spelled) > 1}
_SHORT = {letter: spelled for letter, spelled in LETTERS.items() if len(spelled) == 1}
_SHOWN = " || ".join(
    f"jsonb_path_query_array(%(expressions)s, '$.**.{key}')"
    for key in ("text", "html", "alt", "label", "title", "place", "note")
)


def _spelled_out(text: str) -> str:
    for letter, spelled in _LONG.items():
        text = f"replace({text}, '{letter}', '{spelled}')"
    return f"translate({text}, '{''.join(_SHORT)}', '{''.join(_SHORT.values())}')"


class Plain(Func):
    """Texts, joined by blanks, without case, accents and ligatures."""

    arg_joiner = " || ' ' || "
    template = _spelled_out(
        r"lower(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'))"
    )
    output_field = TextField()


class Digits(Func):
    """The digits of a text."""

    template = r"regexp_replace(%(expressions)s, '\D', '', 'g')"
    output_field = TextField()


class Words(Func):
    """The plain words of texts, without markup; what is far down a very long text is left out."""

    arg_joiner = " || ' ' || "
    template = (
        "strip(to_tsvector('simple', regexp_replace(left(regexp_replace("
        f"{Plain.template}, '<[^>]*>', ' ', 'g'), 200000), '[^[:alnum:]]+', ' ', 'g')))"
    )
    output_field = SearchVectorField()


class Kind(Func):
    """A number for what names an object has: the same for all objects with these names."""

    template = (
        "jsonb_hash_extended("
        "jsonb_path_query_array(%(expressions)s, '$.keyvalue().key', '{}', true), 0)"
    )
    output_field = BigIntegerField()


class Pieces(Func):
    """What stands between blanks and signs in plain texts; `core.plain.beginnings` asks for it.

    What is longer than a word of PostgreSQL's may be is parted.
    """

    arg_joiner = " || ' ' || "
    template = (
        "array_to_tsvector(string_to_array(btrim(regexp_replace(regexp_replace("
        f"%(expressions)s, '{SIGNS}', ' ', 'g'), '([^ ]{{{LONGEST}}})(?=[^ ])', '\\1 ', 'g')), "
        "' '))"
    )
    output_field = SearchVectorField()


class Begun(Func):
    """Whether every word that was typed begins one of the pieces."""

    arg_joiner = " @@ "
    template = "(%(expressions)s)"
    output_field = BooleanField()

    def __init__(self, pieces: Pieces, typed: str) -> None:
        super().__init__(pieces, Cast(Value(beginnings(typed)), SearchQueryField()))


class InBlocks(Func):
    """What the readers of an email in blocks see, and none of the names of its parts."""

    template = (
        f"regexp_replace(({_SHOWN})::text, "
        r"'\\(u[0-9a-f]{4}|.)', ' ', 'g')"  # what JSON writes for line breaks and quotes
    )
    output_field = TextField()


class OneOf(Func):
    """Whether a text is one of these; where there are hundreds, `in` names each to the database."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, texts: Iterable[str]) -> None:
        super().__init__(F(field), Value(list(texts), output_field=ArrayField(TextField())))


def holds(field: str, term: Term) -> Q:
    """Say that a plain text has the term in it, in any of its spellings."""
    found = Q()
    for spelling in term.spellings:
        found |= Q(**{f"{field}__contains": spelling})
    return found


def begins(typed: str) -> SearchQuery | None:
    """Ask a column of `Words` for words that begin like each typed one; None for no word at all."""
    found = words(typed)
    return SearchQuery(all_begin(found), config="simple", search_type="raw") if found else None
