"""Words by which a message looks like marketing, in English and French."""

from __future__ import annotations

import re

# What promotes, not what informs: "registration" and "programme" stand in reminders, too.
_PHRASES = (
    r"\d+ ?% ?(?:off|de rabais|de réduction|de remise)",
    r"discount(?:s|ed)?",
    r"promo(?:s|tions?|tional)?",
    r"promotionnel(?:le)?s?",
    r"coupons?",
    r"promo code|code promo",
    r"special offers?|offres? spéciales?",
    r"limited[- ]time|durée limitée|temps limité",
    r"early[- ]bird|tarifs? (?:hâtifs?|préférentiels?)|préventes?",
    r"(?:register|sign up|enrol|enroll|book|buy|order) (?:now|today)",
    r"inscrivez-vous (?:maintenant|dès maintenant|aujourd['’]hui|vite)",
    r"(?:réservez|achetez|commandez) (?:maintenant|dès maintenant|aujourd['’]hui|vite)",
    r"don['’]t miss|ne manquez pas",
    r"last chance|dernière chance",
    r"on sale|sale ends|flash sale|en solde|soldes",
    r"rabais",
    r"save \$ ?\d+|économisez",
    r"free trial|essai gratuit",
    r"refer a friend|parrainez",
)
_LOOKS = re.compile(rf"(?<!\w)(?:{'|'.join(_PHRASES)})(?!\w)", re.IGNORECASE)


def marketing_words(text: str, most: int = 3) -> list[str]:
    """Give the first phrases of the text that promote something, each once, as they are written."""
    found: dict[str, str] = {}
    for match in _LOOKS.finditer(" ".join(text.split())):
        found.setdefault(match.group().casefold(), match.group())
        if len(found) == most:
            break
    return list(found.values())
