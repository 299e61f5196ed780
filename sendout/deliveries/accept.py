"""The usual case of `record`, at half its cost: what was being sent has been accepted.

A row whose status is `sending` has no fact that is stronger, so with `accepted` it is `sent`: the
same end as `record` computes for it (a law of the tests). Rows of any other status are left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import Cursor

from sendout.deliveries.counting import COUNT_CHANGES

# Arrays come as one text each: PostgreSQL takes that apart faster than psycopg makes a list.
ACCEPT = f"""
WITH told AS (
    SELECT * FROM unnest(
        string_to_array(%(deliveries)s, ',')::bigint[],
        string_to_array(%(refs)s, E'\\x1f'),
        string_to_array(%(segments)s, ',')::smallint[],
        string_to_array(%(prices)s, ',')::bigint[]) AS t (delivery, ref, segments, price)
), changed AS (
    UPDATE deliveries_delivery d SET accepted_at = %(at)s, status = 'sent',
        provider_ref = COALESCE(NULLIF(t.ref, ''), d.provider_ref),
        segments = GREATEST(t.segments, d.segments), price = GREATEST(t.price, d.price)
    FROM told t WHERE d.id = t.delivery AND d.status = 'sending'
    RETURNING d.id, d.sendout_id, d.channel, 'sending' AS old_status, d.status,
        false AS old_accepted, false AS old_delivered, false AS old_opened, false AS old_clicked,
        true AS accepted, false AS delivered, false AS opened, false AS clicked
), {COUNT_CHANGES}
SELECT id, sendout_id, channel, old_status, status FROM changed
"""
SEPARATOR = "\x1f"


def accept(
    at: datetime, rows: Sequence[tuple[int, str, int, int]]
) -> list[tuple[int, int, str, str, str]]:
    """Record that these were accepted: (delivery, ref, segments, price), in the order of their ids.

    Gives (delivery, send-out, channel, status before, status after) of those that were being sent;
    the others are untouched. A ref holds no control character.
    """
    deliveries, refs, segments, prices = zip(*rows, strict=True)
    values: dict[str, Any] = {
        "at": at,
        "deliveries": ",".join(map(str, deliveries)),
        "refs": SEPARATOR.join(refs),
        "segments": ",".join(map(str, segments)),
        "prices": ",".join(map(str, prices)),
    }
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(ACCEPT, values, prepare=True).fetchall()
