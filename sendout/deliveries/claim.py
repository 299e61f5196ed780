"""Take the next slice of a batch: committed as being in hand before a byte leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Case, F, Q, When

from sendout.deliveries.counting import COUNT_CHANGES, NO_FACTS
from sendout.deliveries.hold import Hold
from sendout.deliveries.hot import hot_cursor
from sendout.deliveries.models import Delivery
from sendout.senders.domains import BURST_SECONDS
from sendout.senders.pace import PERIODS
from sendout.sendouts.models import Kind
from sendout.suppression.sql import reason

# What addresses compare by: of the participant as they are now; an answer goes to the very phone
# that asked, and who is no participant has nothing but the address.
_NORMAL = (
    "CASE WHEN live.kind <> 'campaign' OR o.participant_id IS NULL THEN o.address"
    " WHEN %(channel)s = 'email' THEN p.email_normal ELSE p.phone END"
)
# A notice answers a STOP or HELP, so it goes to those who said STOP; nobody else's entry gives way.
_STOPPED = f"""NULLIF({reason("live.organisation_id", "%(channel)s", _NORMAL, "live.category")},
        CASE WHEN live.kind = 'notice' THEN 'unsubscribed' END)"""

# Nobody else reads or changes a batch until this transaction ends. The next statement sees all
# that was committed before that, so nothing is taken that another one took, stopped or settled.
# SKIP LOCKED and `held`: a batch that somebody has is left to them.
TAKE = """
SELECT id, first, last,
    EXISTS (SELECT 1 FROM senders_recipientdomain r WHERE r.sender_id = %(sender)s)
FROM deliveries_batch
WHERE sendout_id = %(sendout)s AND channel = %(channel)s AND ordinal = %(batch)s AND held IS NULL
FOR UPDATE SKIP LOCKED
"""

# What may leave now: all that is due.
ALL = """now_due AS NOT MATERIALIZED (
    SELECT * FROM open WHERE next_try_at IS NULL OR next_try_at <= now()
)"""
LATER = "SELECT next_try_at FROM open WHERE next_try_at > now()"

# The same where a sender has rules for domains. A limit gives each delivery a slot of its own, in
# the order of their claims (see `senders.pace`); one whose slot is not yet come waits for it, and
# is not asked again. A closed domain is left alone until it is open.
BY_DOMAIN = f"""rules AS MATERIALIZED (
    SELECT r.id, r.domain, r.closed_until, period.seconds / NULLIF(r.pace_count, 0) AS each,
        GREATEST(r.pace_due, now() - interval '{BURST_SECONDS} s') AS due
    FROM senders_recipientdomain r
    JOIN {PERIODS} ON period.name = r.pace_period
    WHERE r.sender_id = %(sender)s ORDER BY r.id FOR UPDATE OF r
), allowed AS MATERIALIZED (
    SELECT o.*, r.id AS rule, CASE WHEN r.each IS NULL OR o.next_try_at IS NOT NULL THEN NULL
        ELSE r.due + interval '1 s' * r.each * (row_number() OVER (
            PARTITION BY o.domain, o.next_try_at IS NULL ORDER BY o.id) - 1) END AS slot
    FROM open o LEFT JOIN rules r ON r.domain = o.domain
    WHERE (o.next_try_at IS NULL OR o.next_try_at <= now())
        AND (r.closed_until IS NULL OR r.closed_until <= now())
), slots AS (
    UPDATE deliveries_delivery d SET next_try_at = a.slot FROM allowed a
    WHERE d.id = a.id AND a.slot > now()
), spent AS (
    UPDATE senders_recipientdomain r
    SET pace_due = rules.due + interval '1 s' * rules.each * took.n
    FROM rules, (
        SELECT rule, count(*) FILTER (WHERE slot IS NOT NULL OR status = 'deferred') AS n
        FROM allowed GROUP BY rule
    ) took WHERE rules.id = r.id AND took.rule = r.id AND rules.each IS NOT NULL
), now_due AS MATERIALIZED (
    SELECT * FROM allowed WHERE slot IS NULL OR slot <= now()
)"""
LATER_BY_DOMAIN = f"""{LATER} UNION ALL SELECT slot FROM allowed WHERE slot > now()
    UNION ALL SELECT r.closed_until FROM open o JOIN rules r ON r.domain = o.domain
    WHERE r.closed_until > now()"""

# The send-out and the list are asked now, not when the audience was frozen. Whoever got on the
# list meanwhile is skipped, with the reason; so is a participant who was deleted. The rows in hand
# stand in their batch and are not touched themselves: each is written once, by its answer.
_CLAIM = f"""
WITH live AS (
    SELECT s.id, s.organisation_id, s.kind, m.category FROM sendouts_sendout s
    JOIN compose_message m ON m.id = s.message_id
    WHERE s.id = %(sendout)s AND s.state = 'running'
        AND (s.expires_at IS NULL OR s.expires_at > now())
), open AS MATERIALIZED (
    SELECT d.id, d.status, d.attempt, d.address, d.participant_id, d.next_try_at,
        lower(split_part(d.address, '@', 2)) AS domain
    FROM deliveries_delivery d JOIN live ON live.id = d.sendout_id
    WHERE d.id BETWEEN %(first)s AND %(last)s AND d.channel = %(channel)s AND d.batch = %(batch)s
        AND d.status IN ('queued', 'deferred')
), {{now_due}}, due AS MATERIALIZED (
    SELECT o.id, o.status AS old_status, o.attempt + 1 AS attempt, o.address,
        {_NORMAL} AS normal, COALESCE(p.first_name, '') AS first_name,
        COALESCE(p.last_name, '') AS last_name, COALESCE(p.email, '') AS email,
        COALESCE(p.phone, '') AS phone, COALESCE(p.language, '') AS language,
        COALESCE(p.fields, '{{{{}}}}')::text AS fields,
        CASE WHEN p.id IS NULL AND o.participant_id IS NOT NULL THEN 'deleted'
            ELSE {_STOPPED} END AS reason
    FROM (SELECT * FROM now_due ORDER BY id LIMIT %(limit)s) o
    CROSS JOIN live LEFT JOIN LATERAL (  -- one by one, whatever PostgreSQL thinks of their number
        SELECT * FROM people_participant WHERE id = o.participant_id OFFSET 0
    ) p ON true
), changed AS (
    UPDATE deliveries_delivery d SET skipped_at = now(), skip_reason = due.reason,
        next_try_at = NULL, status = 'skipped'
    FROM due WHERE d.id = due.id AND due.reason IS NOT NULL
    RETURNING d.sendout_id, d.channel, due.old_status, d.status,
        {NO_FACTS}
), {COUNT_CHANGES}, taken AS (
    SELECT array_agg(id ORDER BY id) AS ids,
        count(*) FILTER (WHERE old_status = 'deferred') AS again
    FROM due WHERE reason IS NULL
), held AS (
    UPDATE deliveries_batch b SET turn = b.turn + 1, held = taken.ids, held_again = taken.again,
        claimed_at = CASE WHEN taken.ids IS NOT NULL THEN now() END,
        ready = (SELECT count(*) FROM now_due) > (SELECT count(*) FROM due),
        retry_at = (SELECT min(at) FROM ({{later}}) AS l (at))
    FROM taken, live WHERE b.id = %(id)s
    RETURNING b.turn, b.ready
)
SELECT held.turn, held.ready, due.reason, due.id, due.attempt, due.address, due.normal,
    due.first_name, due.last_name, due.email, due.phone, due.language, due.fields
FROM due CROSS JOIN held ORDER BY due.id
"""
CLAIM = _CLAIM.format(now_due=ALL, later=LATER)
CLAIM_BY_DOMAIN = _CLAIM.format(now_due=BY_DOMAIN, later=LATER_BY_DOMAIN)


@dataclass(slots=True)
class Claimed:
    """One delivery in hand, with what rendering needs; normal is what addresses compare by.

    whole: the names of a family together, where the message is for one.
    """

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
    whole: str = ""

    @property
    def name(self) -> str:
        """First and last name together."""
        return self.whole or f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Slice:
    """What one claim found: claimed ones are to be sent now; looked_at counts the skipped too.

    more: whether others of the batch are due now as well. hold: to be released when the slice is
    settled; None when nothing was claimed.
    """

    claimed: list[Claimed]
    looked_at: int
    more: bool = False
    hold: Hold | None = None


NOTHING = Slice([], 0)


def claim(
    sendout: int,
    channel: str,
    batch: int,
    limit: int,
    sender: int = 0,
    *,
    note: Callable[[Hold], None] | None = None,
) -> Slice:
    """Claim up to `limit` deliveries of a batch that are due, in a transaction of its own.

    sender: through which they will leave; its rules for the domains of recipients are kept. note:
    hears of the claim just before it is committed; when it raises, nothing is claimed.
    Gives nothing while another worker has the batch in hand. The caller holds a lease: rows that
    have no answer when it runs out become `unknown`.
    """
    values: dict[str, str | int] = {
        "sendout": sendout,
        "channel": channel,
        "batch": batch,
        "limit": limit,
        "sender": sender,
    }
    with transaction.atomic(), hot_cursor() as cursor:
        found = cursor.execute(TAKE, values, prepare=True).fetchone()
        if found is None:
            return NOTHING
        pk, values["first"], values["last"], by_domain = found
        values["id"] = pk
        statement = CLAIM_BY_DOMAIN if by_domain else CLAIM
        rows = cursor.execute(statement, values, prepare=True).fetchall()
        if note is not None and any(row[2] is None for row in rows):
            note(Hold(pk, rows[0][0]))
    if not rows:
        return NOTHING
    turn, more = rows[0][:2]
    taken = [Claimed(*(*row[3:-1], json.loads(row[-1]))) for row in rows if row[2] is None]
    return Slice(taken, len(rows), more, Hold(pk, turn) if taken else None)


def addresses(channel: str, deliveries: Sequence[int]) -> dict[int, str]:
    """Give what the addresses of these compare by, as `claim` does; none of who was deleted."""
    field = F("participant__email_normal" if channel == "email" else "participant__phone")
    alone = Q(participant_id=None) | ~Q(sendout__kind=Kind.CAMPAIGN)
    normal = Case(When(alone, then=F("address")), default=field)
    found = Delivery.objects.filter(pk__in=deliveries).annotate(normal=normal)
    return {pk: normal for pk, normal in found.values_list("pk", "normal") if normal is not None}
