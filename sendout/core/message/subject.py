"""What to mend in the subject of an email."""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 78  # characters; phones show about 40 of them, and RFC 5322, section 2.1.1, wraps here
_SHOUTED = 6  # letters of which all are capitals
_SLOT = "{{"


def about_subject(subject: str) -> Iterator[str]:
    """Say in one sentence each what is wrong with a subject; merge fields may stand in it."""
    said = " ".join(subject.split())
    if not said:
        yield "The subject is empty, and mail programs show “(no subject)”: write one."
        return
    letters = [letter for letter in _without_slots(said) if letter.isalpha()]
    if len(letters) >= _SHOUTED and all(letter.isupper() for letter in letters):
        yield (
            "The subject is all in capitals, which spam filters take ill: write it as a sentence."
        )
    if len(said) > LONGEST:
        yield (
            f"The subject has {len(said)} characters, and phones show about 40: say what matters "
            "first, or shorten it."
        )


def _without_slots(said: str) -> str:
    first, *others = said.split(_SLOT)
    return first + "".join(other.partition("}}")[2] for other in others)
