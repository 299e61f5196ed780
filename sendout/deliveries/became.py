"""What became of a message for each of its people, over its first send-out and its repeats."""

from __future__ import annotations

from typing import Any

from sendout.core.delivery.status import MOVING
from sendout.sendouts.models import FallbackTo, SendOut

FAILED = ("bounced", "error")
FOR_THE_ADDRESS = (
    "bad_email", "bad_number", "invalid_address", "no_address", "landline", "premium",
)  # fmt: skip
ARRIVED = ("sent", "delivered", "opened", "clicked", "replied")

_SEEN = """COALESCE(d.opened_at, d.clicked_at, d.replied_at, d.unsubscribed_at, d.complained_at)
            IS NOT NULL"""
_OF = """o.sendout_id IN (SELECT s.id FROM sendouts_sendout s
            WHERE s.organisation_id = %(organisation)s
                AND (s.id = %(origin)s OR s.origin_id = %(origin)s))"""
# Each delivery of the message; one that was told of in the message to another one of the family
# stands as that one does. A sign of a person counts; what a machine opened is none. Those few are
# looked up one by one, by the carrier, and the others are read through once.
TOLD = f"""
WITH told AS (
    SELECT o.participant_id, o.channel, d.status, d.skip_reason, lower(d.address) AS address,
        {_SEEN} AS seen
    FROM deliveries_delivery o
    LEFT JOIN LATERAL (
        SELECT c.id FROM deliveries_delivery c
        WHERE c.participant_id = o.carrier
            AND c.sendout_id + 0 = o.sendout_id AND c.channel = o.channel OFFSET 0
    ) c ON true
    JOIN deliveries_delivery d ON d.id = COALESCE(c.id, o.id)
    WHERE {_OF} AND o.carried_at IS NOT NULL
    UNION ALL
    SELECT o.participant_id, o.channel, o.status, o.skip_reason, lower(o.address),
        {_SEEN.replace("d.", "o.")}
    FROM deliveries_delivery o
    WHERE {_OF} AND o.carried_at IS NULL
)
"""

# Whom its emails did not reach, for the SMS that follow. What became of the one email to an address
# is so for the whole family that shares it. Whoever has asked for no email gets no SMS in its
# place, and nobody gets a second one.
_NOT_REACHED = f"""
{TOLD}, mailbox AS (
    SELECT address, bool_or(seen) AS seen, bool_or(status = ANY(%(arrived)s)) AS arrived
    FROM told WHERE channel = 'email' GROUP BY address
)
SELECT t.participant_id AS id FROM told t
LEFT JOIN mailbox m ON t.channel = 'email' AND m.address = t.address
GROUP BY t.participant_id
HAVING bool_or(t.channel = 'email' AND t.status <> 'cancelled' AND (t.status <> 'skipped'
        OR t.skip_reason = 'duplicate' OR t.skip_reason = ANY(%(for_the_address)s)))
    AND NOT bool_or(t.channel = 'sms') AND NOT bool_or(t.seen OR COALESCE({{reached}}, false))
"""
NOT_REACHED = {
    FallbackTo.NOT_ARRIVED: _NOT_REACHED.format(reached="m.seen OR m.arrived"),
    FallbackTo.NOT_OPENED: _NOT_REACHED.format(reached="m.seen"),
}


def parameters(sendout: SendOut) -> dict[str, Any]:
    """Give the parameters of `TOLD`, and of the statements that begin with it."""
    return {
        "organisation": sendout.organisation_id,
        "origin": sendout.origin_id or sendout.pk,
        "failed": list(FAILED),
        "for_the_address": list(FOR_THE_ADDRESS),
        "arrived": list(ARRIVED),
        "moving": [status.value for status in MOVING],
    }
