"""The answer to a case: for the staff in a sentence, for the client as a text to copy."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, override

from sendout.accounts.models import Language
from sendout.core.bounces.causes import plain
from sendout.core.delivery.ending import Ending
from sendout.pages.not_received.case import Case
from sendout.pages.not_received.client_words import HELLO, STRANGER, words
from sendout.pages.not_received.staff_words import ANSWERS, PLACES, SMS_ADVICE
from sendout.sendouts.models import State

MOMENT = {"en": r"j F Y \a\t H:i", "fr": r"j F Y \à H:i"}
PAUSED = gettext_lazy("The send-out is paused: resume it on the Messages page.")


def verdict(case: Case) -> tuple[str, str]:
    """Say what happened and what to do about it, for the staff."""
    happened, advice = map(str, ANSWERS[case.ending])
    if not case.is_email:
        advice = str(SMS_ADVICE.get(case.ending, advice))
    paused = case.sendout is not None and case.sendout.state == State.PAUSED
    if case.ending is Ending.WAITING and paused:
        advice = str(PAUSED)
    gaps = {
        "name": str(case.person),
        "address": case.address,
        "message": case.sendout.name if case.sendout else "",
        "place": PLACES[case.channel],
    }
    return happened.format(**gaps), advice.format(**gaps)


def client_text(case: Case, language: str) -> str:
    """Write what the staff can send to the client. language: `en` or `fr`."""
    name = case.person.first_name.strip()
    hello = HELLO[language].format(name=name) if name else STRANGER[language]
    row = case.delivery
    why = plain(row.error_code, language, row.error_text) if row else ""
    body = words(case.channel, language, case.ending).format(
        said=case.said,
        address=case.address,
        when=_when(case, language),
        sender=case.sender.from_address if case.sender else case.organisation.name,
        why=why,
    )
    return f"{hello}\n\n{body}\n\n{case.organisation.name}"


def client_language(case: Case, asked: str) -> str:
    """Give the language that was asked for, or else the person's."""
    return asked if asked in Language.values else case.person.language


def _when(case: Case, language: str) -> str:
    """Write when it was sent, by the organisation's clock."""
    if case.delivery is None:
        return ""
    at = case.delivery.accepted_at or case.delivery.created_at
    with override(language):
        return date_format(at.astimezone(case.organisation.zone), MOMENT[language])
