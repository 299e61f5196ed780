"""Messages that machines alone have opened: shown beside the people, never among them."""

from __future__ import annotations

from django.db import connection

MOST = 10_000  # beyond that it is not worth a person's while, nor a page's

# The index `delivery_machines` holds exactly these rows.
COUNT = f"""
SELECT count(*) FROM (
    SELECT 1 FROM deliveries_delivery
    WHERE sendout_id = %s AND machine_opened_at IS NOT NULL AND opened_at IS NULL
    LIMIT {MOST + 1}) AS found
"""


def opened_by_machines(sendout: int) -> int:
    """Count the messages that a machine opened and nobody else; `MOST` + 1 means more."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [sendout])
        return int(cursor.fetchone()[0])
