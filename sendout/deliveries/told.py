"""Who has been told how to unsubscribe from texts, where only the first one says it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from sendout.accounts.models import Organisation, StopWords
from sendout.compose.models import Category


def earlier(participant: str, before: str = "NULL") -> str:
    """Give the SQL condition that a participant got a text that says it.

    participant, before: SQL of ids; of a delivery, where later ones do not count. Takes the
    parameter `categories`, as `categories_of` gives it.
    """
    return f"""EXISTS (
    SELECT FROM deliveries_delivery e
    JOIN sendouts_sendout s ON s.id = e.sendout_id
    JOIN compose_message m ON m.id = s.message_id
    WHERE e.participant_id = {participant} AND ({before} IS NULL OR e.id < {before})
        AND e.channel = 'sms' AND e.accepted_at IS NOT NULL AND s.kind = 'campaign'
        AND m.category = ANY(%(categories)s))"""


TOLD = f"""
SELECT d.id FROM deliveries_delivery d
WHERE d.id = ANY(%(deliveries)s) AND {earlier("d.participant_id", "d.id")}
"""
HEARD = f"SELECT {earlier('%(participant)s')}"


def told_before(organisation: Organisation, deliveries: Collection[int]) -> set[int]:
    """Give those of these deliveries before which the participant got a text that says it.

    Texts that left later do not count, so the answer stays the same for good.
    """
    if organisation.stop_words != StopWords.FIRST:
        return set()
    values: dict[str, Any] = {
        "deliveries": list(deliveries),
        "categories": categories_of(organisation),
    }
    with connection.cursor() as cursor:
        cursor.execute(TOLD, values)
        return {pk for (pk,) in cursor.fetchall()}


def has_been_told(organisation: Organisation, participant: int) -> bool:
    """Tell the same of a participant whom a text is written to now."""
    if organisation.stop_words != StopWords.FIRST:
        return False
    values: dict[str, Any] = {
        "participant": participant,
        "categories": categories_of(organisation),
    }
    with connection.cursor() as cursor:
        cursor.execute(HEARD, values)
        return bool(cursor.fetchone()[0])


def categories_of(organisation: Organisation) -> list[str]:
    """Name the categories whose texts say it."""
    return list(Category.values) if organisation.stop_words_in_all else [Category.MARKETING.value]
