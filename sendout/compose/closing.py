"""The words below a text that say how to unsubscribe: whether they stand there, and what they are.

The author's own STOP is enough: nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from sendout.accounts.models import Language, Organisation, StopWords
from sendout.compose.models import Category
from sendout.core.message.template import Template
from sendout.core.message.texting import says_stop

WORDS = {
    Language.ENGLISH: "Reply STOP to unsubscribe",
    Language.FRENCH: "Répondez STOP pour vous désabonner",
}


def closing_words(organisation: Organisation) -> dict[str, str]:
    """Give the organisation's words by language; "" is for languages that have none."""
    own = {language: getattr(organisation, f"stop_words_{language}") for language in WORDS}
    words = {language.value: own[language].strip() or WORDS[language] for language in WORDS}
    return words | {"": words[organisation.language]}


def closes(organisation: Organisation, category: str) -> bool:
    """Tell whether texts of this category say how to unsubscribe."""
    wanted = category == Category.MARKETING or organisation.stop_words_in_all
    return wanted and organisation.stop_words != StopWords.NONE


def closing(template: Template, organisation: Organisation, category: str) -> Mapping[str, str]:
    """Give the words to put below this text, by language; nothing where none are wanted."""
    empty = not template.slots and not template.constants[0]
    if empty or not closes(organisation, category) or says_stop(template):
        return {}
    return closing_words(organisation)
