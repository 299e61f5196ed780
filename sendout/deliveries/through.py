"""Which sender a delivery left through: several may share the work of one send-out."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

# The rows are locked in the order in which `record` locks them, should nobody have done so yet.
NOTE = """
UPDATE deliveries_delivery d SET sender_id = %(sender)s
FROM (
    SELECT id FROM deliveries_delivery
    WHERE id = ANY(%(deliveries)s) AND sender_id IS DISTINCT FROM %(sender)s
    ORDER BY id FOR NO KEY UPDATE
) other
WHERE d.id = other.id
"""


def note_sender(sender: int, deliveries: Collection[int]) -> None:
    """Write on these deliveries that they leave through this sender, where they name another."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"sender": sender, "deliveries": list(deliveries)})
