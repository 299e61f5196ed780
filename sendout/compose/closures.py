"""Prepared words for the hour in which everybody must be told at once: closed, cancelled, come now.

Their blanks stand in square brackets, which merge fields never use: `[what]` and `[until]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sendout.accounts.models import Language, Organisation
from sendout.compose.versions import other_than
from sendout.core.message.markdown import escape_markdown
from sendout.core.message.template import literal

BOTH = "both"
BLANKS = ("what", "until")
_BLANK = re.compile(r"\[(what|until)\]")


@dataclass(frozen=True, slots=True)
class Said:
    """The words in one language. unknown: what stands for `[until]` when nobody knows yet."""

    subject: str
    body: str
    sms: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One occasion with its words, by language."""

    key: str
    title: Promise
    said: Mapping[str, Said]


def _words(headline: str, unknown: str, more: str, hello: str, sorry: str) -> Said:
    return Said(
        subject=headline,
        body=f"{hello}\n\n**{headline}.**\n\n{more}\n\n{sorry}",
        sms=f"{{{{ organisation }}}}: {headline}. {more}",
        unknown=unknown,
    )


def _english(headline: str, unknown: str, more: str, sorry: str) -> Said:
    return _words(headline, unknown, more, "Hello {{ first_name|there }},", sorry)


def _french(headline: str, unknown: str, more: str, sorry: str) -> Said:
    return _words(headline, unknown, more, "Bonjour {{ first_name|à vous }},", sorry)


_SORRY = "We are sorry for the short notice. We will write again as soon as we know more."
_DESOLES = (
    "Nous sommes désolés de vous prévenir si tard. Nous vous écrirons dès que nous en saurons plus."
)

PREPARED = (
    Prepared(
        "closed",
        _("Closed"),
        {
            Language.ENGLISH: _english(
                "[what]: closed until [until]", "further notice", "Please do not come.", _SORRY
            ),
            Language.FRENCH: _french(
                "[what] : fermeture jusqu'à [until]", "nouvel ordre", "Ne venez pas.", _DESOLES
            ),
        },
    ),
    Prepared(
        "cancelled",
        _("Cancelled"),
        {
            Language.ENGLISH: _english(
                "[what]: cancelled until [until]", "further notice", "Please do not come.", _SORRY
            ),
            Language.FRENCH: _french(
                "[what] : annulation jusqu'à [until]", "nouvel ordre", "Ne venez pas.", _DESOLES
            ),
        },
    ),
    Prepared(
        "pick-up",
        _("Pick up your child now"),
        {
            Language.ENGLISH: _english(
                "[what]: please pick up your child now",
                "the last child is picked up",
                "We are closing. Our staff stay with the children until [until].",
                "All children are with us. Call us if you cannot come.",
            ),
            Language.FRENCH: _french(
                "[what] : venez chercher votre enfant maintenant",
                "ce que le dernier soit parti",
                "Nous fermons. Notre équipe reste avec les enfants jusqu'à [until].",
                "Tous les enfants sont avec nous. Appelez-nous si vous ne pouvez pas venir.",
            ),
        },
    ),
    Prepared(
        "open-again",
        _("Open again"),
        {
            Language.ENGLISH: _english(
                "[what]: open again from [until]", "now", "Everything is as usual.", "See you soon!"
            ),
            Language.FRENCH: _french(
                "[what] : de nouveau ouvert dès [until]",
                "maintenant",
                "Tout est comme d'habitude.",
                "À bientôt !",
            ),
        },
    ),
)
BY_KEY = {prepared.key: prepared for prepared in PREPARED}


def languages(organisation: Organisation) -> list[tuple[str, Promise | str]]:
    """Name the languages that prepared words can be said in, the organisation's own first."""
    own = Language(organisation.language)
    others = [each for each in Language if each != own]
    return [(each.value, each.label) for each in (own, *others)] + [
        (BOTH, _("Both: each gets their own"))
    ]


def fill(key: str, language: str, blanks: Mapping[str, str], own: str) -> dict[str, str | bool]:
    """Give the fields of a message in these words, with the blanks filled in.

    key: of PREPARED. language: one of `languages`. blanks: `what` and `until`, as typed, and for
    both languages `what_other` and `until_other`; no merge field and no formatting gets in by way
    of them. own: the organisation's language.
    """
    said = BY_KEY[key].said
    first = _filled(said[Language(own if language == BOTH else language)], blanks)
    fields: dict[str, str | bool] = {
        "subject": first.subject,
        "body": first.body,
        "sms_text": first.sms,
    }
    if language == BOTH:
        others = {name: blanks.get(f"{name}_other", "") for name in BLANKS}
        second = _filled(said[Language(other_than(own))], others)
        fields |= {
            "other_language": other_than(own),
            "other_subject": second.subject,
            "other_body": second.body,
            "other_sms_text": second.sms,
        }
    return fields


def own_words(text: str) -> dict[str, str | bool]:
    """Give the fields of a message in the writer's own words; the first line is the subject."""
    lines = text.strip().replace("\r\n", "\n")
    subject = " ".join(lines.partition("\n")[0].split())
    return {"subject": subject[:120], "body": lines, "sms_text": lines}


def _filled(said: Said, blanks: Mapping[str, str]) -> Said:
    typed = {name: " ".join(blanks.get(name, "").split()) for name in BLANKS}
    typed["until"] = typed["until"] or said.unknown
    typed["what"] = typed["what"][:1].upper() + typed["what"][1:]  # it begins the sentence

    def plain(found: re.Match[str]) -> str:
        return literal(typed[found[1]])

    def in_markdown(found: re.Match[str]) -> str:
        return escape_markdown(typed[found[1]])

    return Said(
        subject=_BLANK.sub(plain, said.subject),
        body=_BLANK.sub(in_markdown, said.body),
        sms=_BLANK.sub(plain, said.sms),
        unknown=said.unknown,
    )
