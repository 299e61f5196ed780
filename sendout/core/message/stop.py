"""Whether a reply by SMS is a word that stops messages.

The keywords of the carriers (CTIA Messaging Principles 5.1.3) and their French and Spanish
counterparts; the whole reply must be the word, whatever its case, accents and punctuation.
"""

from __future__ import annotations

from sendout.core.message.template import fold

ENGLISH = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
FRENCH = {"arret", "arreter", "desabonner", "desabonnement", "fin"}
SPANISH = {"baja", "alto"}
WORDS = ENGLISH | FRENCH | SPANISH


def is_stop(text: str) -> bool:
    """Say whether the reply is a stop word and nothing else."""
    letters = "".join(c if c.isalnum() else " " for c in fold(text))
    return "".join(letters.split()) in WORDS
