"""Sentences of the rooms below the pages, read in French."""

from __future__ import annotations

import pytest
from django.utils import translation

from sendout.pages.wording import counted, money, number
from sendout.wording.said import said, sentence

FRENCH = {
    "Sending...": "Envoi en cours...",
    "line 3: “abc” is not an amount; write it like 0.0075": (
        "ligne 3\u00a0: «\u202fabc\u202f» n’est pas un montant\u202f; écrivez-le comme 0.0075"
    ),
    "x is not an email address: it has no @": (
        "x n’est pas une adresse courriel\u00a0: elle n’a pas de @"
    ),
    'body is a JSON object, such as {"to": "{to}", "text": "{text}"}.': (
        'body est un objet JSON, par exemple {"to": "{to}", "text": "{text}"}.'
    ),
    "Our sending server could not be reached.": "Notre serveur d'envoi est injoignable.",
    "The phone number is not valid. Ask for a mobile number.": (
        "Le numéro de téléphone n’est pas valide. Demandez un numéro de cellulaire."
    ),
    "550 5.1.1 nobody of this name": "550 5.1.1 nobody of this name",
    "": "",
}


@pytest.mark.parametrize(("english", "french"), FRENCH.items())
def test_a_sentence_is_known_by_its_pattern(english: str, french: str) -> None:
    assert said(english) == english
    with translation.override("fr"):
        assert said(english) == french


def test_figures_are_written_as_the_language_does() -> None:
    assert (number(12_345), money(1_204_500_000, "CAD")) == ("12,345", "1,204.50 CAD")
    with translation.override("fr"):
        assert (number(12_345), money(1_204_500_000, "CAD")) == ("12\u00a0345", "1\u00a0204,50 CAD")
        assert counted("%(n)s person", "%(n)s people", 0) == "0 personne"
        assert sentence("it has no @") == "Elle n’a pas de @."
