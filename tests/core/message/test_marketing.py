"""What promotes something is told from what informs, in English and French."""

from __future__ import annotations

import pytest

from sendout.core.message.marketing import marketing_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Get 20% off: Register  NOW!", ["20% off", "Register NOW"]),
        ("Inscrivez-vous dès maintenant, 15 % de rabais", ["Inscrivez-vous dès maintenant",
                                                           "15 % de rabais"]),
        ("Ne manquez pas nos soldes: économisez", ["Ne manquez pas", "soldes", "économisez"]),
        ("Don’t miss the early-bird discount. Discount!", ["Don’t miss", "early-bird", "discount"]),
    ],
)  # fmt: skip
def test_what_promotes_is_named_once(text: str, words: list[str]) -> None:
    assert marketing_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Reminder: your lesson is tomorrow at 9. The registration desk opens at 8.",
        "Rappel : votre inscription est confirmée. La salle est ouverte.",
        "Your child was promoted to level 3.",
        "Capacity is at 50%. Officials will be on site.",
        "Le solde de votre compte est de 12 $.",
    ],
)
def test_what_informs_is_not(text: str) -> None:
    assert marketing_words(text) == []
