"""What a reply by SMS asks for: to be left alone, to be written to again, or help.

The rule. A reply is a keyword when it is that word and nothing else, whatever its case, accents,
marks, blanks and emoji: "STOP.", "s t o p", "Arrêt !!". It may be said twice ("STOP STOP"), and
words of courtesy may stand with it ("stop svp", "Stop, thank you"), but not with those that a
parent may mean otherwise ("cancel please"). What asks for an end in other words, holds the stem of
a keyword, or says that a number is the wrong one is a near miss, for a person to look at; "bus
stop", "stop by", "can't stop laughing" and their like are taken out first. Everything else is a
reply. The words are in `reply_words`; why the rule is so: docs/decisions/0015.
"""

from __future__ import annotations

import re
from enum import Enum
from unicodedata import category, normalize

from sendout.core.message.reply_words import (
    COURTESY,
    HARMLESS,
    HELP,
    NO_MORE,
    START,
    STEM,
    STOP,
    STOP_ALONE,
    WRONG_NUMBER,
    any_of,
)

_COURTESY = any_of(*sorted(COURTESY, key=len, reverse=True))
_LONGEST_KEYWORDS = 200  # characters; a longer reply is no keyword, however often it is said
_TATWEEL = "\u0640"  # stretches Arabic words

# Phones report a thumb up as a text: Liked “the whole message”. What is quoted is ours, not theirs.
_QUOTING = re.compile(r"([^“”«»\"]{1,60})[“«\"].{20,}[”»\"]", re.DOTALL)


class Asked(Enum):
    """What a reply asks for. REVIEW: perhaps for an end; a person must look. REPLY: nothing."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    REVIEW = "review"
    REPLY = "reply"


_KEYWORDS = ((Asked.STOP, STOP | STOP_ALONE), (Asked.START, START), (Asked.HELP, HELP))


def read(text: str) -> Asked:
    """Say what the reply asks for, by the rule above; in linear time, and whatever it holds."""
    words = _words(_own(text))
    if len(words) <= _LONGEST_KEYWORDS and (keyword := _keyword(words)):
        return keyword
    if NO_MORE.search(words) or WRONG_NUMBER.search(words):
        return Asked.REVIEW
    return Asked.REVIEW if STEM.search(HARMLESS.sub(" ", words)) else Asked.REPLY


def _own(text: str) -> str:
    """Leave out the message that a reaction quotes."""
    quoting = _QUOTING.fullmatch(text.strip())
    return quoting[1] if quoting else text


def _words(text: str) -> str:
    """Bring a text to the form that words are compared in: letters and digits, single blanks."""
    folded = normalize("NFKD", normalize("NFKC", text).casefold())
    kept = (c for c in folded if c != _TATWEEL and category(c) not in {"Mn", "Me", "Cf"})
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def _keyword(words: str) -> Asked | None:
    """Give what a keyword asks for; None for what is none."""
    bare = " ".join(_COURTESY.sub(" ", words).split())
    found = next((asked for asked, keywords in _KEYWORDS if _is_one_of(keywords, bare)), None)
    if found is Asked.STOP and bare != words and not _is_one_of(STOP, bare):
        return Asked.REVIEW
    return found


def _is_one_of(keywords: frozenset[str], words: str) -> bool:
    together = words.replace(" ", "")
    return bool(words) and (together in keywords or keywords.issuperset(words.split()))
