"""One text for a family: the names of all, and what differs between them, in a row of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

AND = {"en": "and", "fr": "et"}


def join(values: Iterable[str], language: str) -> str:
    """Write values as people say them: "Mia", "Mia and Tom", "Mia, Tom and Zoé".

    Each is said once, in the order of its first time; empty ones are left out. language: two
    letters; an unknown one is taken for English.
    """
    said = list(dict.fromkeys(value for value in values if value))
    if len(said) < 2:
        return said[0] if said else ""
    word = AND.get(language, AND["en"])
    return f"{', '.join(said[:-1])} {word} {said[-1]}"


def join_fields(people: Sequence[Mapping[str, object]], language: str) -> dict[str, str]:
    """Join the own fields of several people, name by name; what is equal is said once."""
    names = dict.fromkeys(name for fields in people for name in fields)
    return {name: join((_text(fields.get(name)) for fields in people), language) for name in names}


def join_names(people: Sequence[tuple[str, str]], language: str) -> str:
    """Join first and last names: "Mia and Tom Roy", or whole names where the last ones differ."""
    last = {last for _, last in people}
    if len(last) > 1:
        return join((f"{first} {last}".strip() for first, last in people), language)
    return f"{join((first for first, _ in people), language)} {last.pop()}".strip()


def _text(value: object) -> str:
    return "" if value is None else str(value)
