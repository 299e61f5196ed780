"""Take the next slice of a batch: committed as being sent before a byte leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from django.db import connection, transaction
from psycopg import Cursor

from sendout.deliveries.counting import COUNT_CHANGES, NO_FACTS
from sendout.suppression.sql import reason

_STOPPED = reason(
    "live.organisation_id",
    "d.channel",
    "CASE d.channel WHEN 'email' THEN p.email_normal ELSE p.phone END",
    "live.category",
)

HELD = "sending"

# The send-out and the list are asked now, not when the audience was frozen. Whoever got on the
# list meanwhile is skipped, with the reason. SKIP LOCKED: workers never wait for each other, and
# a row that another one changes is not taken twice.
CLAIM = f"""
WITH live AS (
    SELECT s.id, s.organisation_id, m.category FROM sendouts_sendout s
    JOIN compose_message m ON m.id = s.message_id
    WHERE s.id = %(sendout)s AND s.state = 'running'
        AND (s.expires_at IS NULL OR s.expires_at > now())
), due AS (
    SELECT d.id, d.status AS old_status, d.participant_id,
        {_STOPPED} AS reason
    FROM deliveries_delivery d JOIN live ON live.id = d.sendout_id
    JOIN people_participant p ON p.id = d.participant_id
    WHERE d.channel = %(channel)s AND d.batch = %(batch)s AND d.status IN ('queued', 'deferred')
        AND (d.next_try_at IS NULL OR d.next_try_at <= now())
    ORDER BY d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
), changed AS (
    UPDATE deliveries_delivery d SET
        attempt = d.attempt + (due.reason IS NULL)::int,
        claimed_at = now(),
        next_try_at = NULL,
        skipped_at = CASE WHEN due.reason IS NOT NULL THEN now() END,
        skip_reason = COALESCE(due.reason, ''),
        status = CASE WHEN due.reason IS NULL THEN 'sending' ELSE 'skipped' END
    FROM due WHERE d.id = due.id
    RETURNING d.id, d.sendout_id, d.channel, d.address, d.attempt, d.participant_id,
        due.old_status, d.status,
        {NO_FACTS}
), {COUNT_CHANGES}
SELECT c.status, c.id, c.attempt, c.address,
    CASE c.channel WHEN 'email' THEN p.email_normal ELSE p.phone END,
    p.first_name, p.last_name, p.email, p.phone, p.language, p.fields::text
FROM changed c JOIN people_participant p ON p.id = c.participant_id ORDER BY c.id
"""


@dataclass(slots=True)
class Claimed:
    """One delivery in hand, with what rendering needs; normal is what addresses compare by."""

    id: int
    attempt: int
    address: str
    normal: str
    first_name: str
    last_name: str
    email: str
    phone: str
    language: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """First and last name together."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Slice:
    """What one claim found: claimed ones are to be sent now; looked_at counts the skipped too."""

    claimed: list[Claimed]
    looked_at: int


def claim(sendout: int, channel: str, batch: int, limit: int) -> Slice:
    """Claim up to `limit` deliveries of a batch that are due, in a transaction of its own.

    The caller holds a lease: rows that have no answer when it runs out become `unknown`.
    """
    values: dict[str, str | int] = {
        "sendout": sendout,
        "channel": channel,
        "batch": batch,
        "limit": limit,
    }
    raw = connection.wrap_database_errors  # whoever waits for the database knows Django's errors
    with transaction.atomic(), raw, Cursor(connection.connection) as cursor:
        rows = cursor.execute(CLAIM, values, prepare=True).fetchall()
    taken = [
        Claimed(*(*row, json.loads(fields))) for status, *row, fields in rows if status == HELD
    ]
    return Slice(taken, len(rows))
