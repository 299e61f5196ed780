"""Whom a send-out would reach now and whom not, in SQL: asked to freeze, to foretell, to reckon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sendout.deliveries import became, jobs
from sendout.deliveries.asking import ask, ask_once
from sendout.people.select import AUDIENCE
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, FallbackTo, OncePer, SendOut
from sendout.suppression.sql import reason_among_many

# Everybody of the audience with what stands in the way, if anything: nothing to write to, the
# list, or the same address further up. The first of an address by id gets the message; `carrier` of
# the others is the first one. (OFFSET 0: the list is asked
# once for each, not wherever the reason is named.)
_STOPPED = {
    channel: reason_among_many("%(organisation)s", f"'{channel}'", f"p.{address}", "%(category)s")
    for channel, address in (("email", "email_normal"), ("sms", "phone"))
}
_PLAN = f"""
WITH audience AS ({{audience}}), reasoned AS (
    SELECT p.id, p.organisation_id,
        CASE %(channel)s WHEN 'email' THEN p.email
            ELSE COALESCE(NULLIF(p.phone, ''), p.phone_typed) END AS address,
        CASE %(channel)s WHEN 'email' THEN p.email_normal ELSE p.phone END AS normal,
        CASE WHEN %(channel)s <> 'email' AND NOT %(only_without_email)s THEN NULL
            WHEN p.email = '' THEN 'no_address' WHEN p.email_normal = '' THEN 'invalid_address'
            ELSE {_STOPPED["email"]} END AS email_reason,
        CASE WHEN %(channel)s <> 'sms' THEN NULL
            WHEN COALESCE(NULLIF(p.phone, ''), p.phone_typed) = '' THEN 'no_address'
            WHEN p.phone = '' THEN 'invalid_address' WHEN p.phone_kind <> '' THEN p.phone_kind
            ELSE {_STOPPED["sms"]} END AS sms_reason{{more}}
    FROM people_participant p JOIN audience a ON a.id = p.id
), ranked AS (
    SELECT id, organisation_id, address, normal{{named}},
        CASE %(channel)s WHEN 'email' THEN email_reason ELSE sms_reason END AS reason
    FROM reasoned
    WHERE %(channel)s = 'email' OR NOT %(only_without_email)s OR email_reason <> '' OFFSET 0
), {{planned}}
"""
_ONCE = """planned AS (
    SELECT id, organisation_id, address, CASE WHEN head <> id THEN 'duplicate' ELSE reason END AS
        reason, NULLIF(head, id) AS carrier
    FROM (SELECT *, CASE WHEN reason = '' AND %(once_per_address)s THEN first_value(id)
        OVER (PARTITION BY normal, reason = '' ORDER BY id) END AS head FROM ranked) AS headed
)"""
# One message for a family: each of its addresses gets one, for all of the family who have that
# address, and for those who have none of their own on this channel and belong to one who has: by
# what is said of them, else by the other address. See docs/families.md.
_OF_FAMILY = """,
        CASE %(channel)s WHEN 'email' THEN p.phone ELSE p.email_normal END AS other,
        NULLIF(substr(p.family, 2), '') AS said, left(p.family, 1) = '-' AS parted"""
_FAMILY = """headed AS (
    SELECT id, organisation_id, address, other, said, parted,
        min(id) OVER (PARTITION BY normal, home) AS head
    FROM (SELECT *, COALESCE(said, min(said) FILTER (WHERE NOT parted) OVER (PARTITION BY normal),
        '') AS home FROM ranked WHERE reason = '') AS r
), stopped AS (
    SELECT *, reason = ANY(%(for_the_address)s) AS told FROM ranked WHERE reason <> ''
), by_said AS (
    SELECT said, min(head) AS head FROM headed
    WHERE said IN (SELECT said FROM stopped WHERE told) GROUP BY said
), by_other AS (
    SELECT other, min(head) AS head, min(head) FILTER (WHERE said IS NULL) AS unsaid
    FROM headed
    WHERE other IN (SELECT other FROM stopped WHERE told AND NOT parted AND other <> '')
        AND NOT parted GROUP BY other
), planned AS (
    SELECT id, organisation_id, address, CASE WHEN head <> id THEN 'family' ELSE '' END AS reason,
        NULLIF(head, id) AS carrier
    FROM headed
    UNION ALL
    SELECT r.id, r.organisation_id, r.address, CASE WHEN w.head IS NULL THEN r.reason
        ELSE 'family' END, w.head
    FROM stopped r
    LEFT JOIN by_said s ON s.said = r.said AND r.told
    LEFT JOIN by_other o ON o.other = r.other AND r.told AND NOT r.parted
    CROSS JOIN LATERAL (SELECT COALESCE(s.head,
        CASE WHEN r.said IS NULL THEN o.head ELSE o.unsaid END) AS head) AS w
)"""
CARRIED = "family"  # the reason of those whom the message of another one is for, too
FORECAST = "SELECT reason, count(*) FROM planned GROUP BY reason"
_FIRST = """, first AS (
    SELECT id, address FROM planned WHERE reason = '' ORDER BY id LIMIT %(first)s
)
SELECT reason, count(*), NULL::bigint, NULL FROM planned GROUP BY reason
UNION ALL SELECT NULL, NULL, id, address FROM first"""


@dataclass(frozen=True, slots=True)
class Reach:
    """By one channel: to_send leave, skipped do not, by reason; carried are told with others."""

    to_send: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    carried: int = 0

    @classmethod
    def of(cls, by_reason: Mapping[str, int]) -> Self:
        """Read how many people have which reason in `planned`."""
        skipped = dict(by_reason)
        return cls(skipped.pop("", 0), skipped, carried=skipped.pop(CARRIED, 0))


def plan(audience: str, once_per: str) -> str:
    """Give the SQL that plans for these people. audience: SQL that selects ids of participants.

    Its `planned` has id, organisation_id, address, reason (empty for those it is sent to), carrier.
    """
    if once_per == OncePer.FAMILY:
        more, named = _OF_FAMILY, ", other, said, parted"
        return _PLAN.format(audience=audience, more=more, named=named, planned=_FAMILY)
    return _PLAN.format(audience=audience, more="", named="", planned=_ONCE)


def plan_of(sendout: SendOut, channel: Channel) -> str:
    """Give the SQL that plans for this channel: for everybody who is meant.

    For the SMS that follow emails that is everybody, too, until the send-out has started; then it
    is those whom the emails have not reached by now.
    """
    follows = sendout.channels == Channels.EMAIL_THEN_SMS and channel == Channel.SMS
    if follows and sendout.started_at is not None:
        return plan(became.NOT_REACHED[FallbackTo(sendout.fallback_to)], sendout.once_per)
    return plan(AUDIENCE, sendout.once_per)


def values(sendout: SendOut, channel: Channel) -> dict[str, Any]:
    """Give the parameters of `plan_of`, and of the statements that begin with it."""
    sender = sendout.sender(channel)
    return became.parameters(sendout) | {
        "sendout": sendout.pk,
        "organisation": sendout.organisation_id,
        "everyone": sendout.everyone,
        "channel": channel.value,
        "category": sendout.message.category,
        "only_without_email": sendout.channels == Channels.SMS_WITHOUT_EMAIL,
        "once_per_address": sendout.once_per == OncePer.ADDRESS,
        "family": sendout.once_per == OncePer.FAMILY,
        "most": jobs.BATCH,
        "least": jobs.SMALLEST,
        "parts": jobs.PARTS,
        "sender": sender.pk if sender else None,
    }


def reach(sendout: SendOut, channel: Channel) -> Reach:
    """Count whom the send-out would reach now by one channel."""
    statement = plan_of(sendout, channel) + FORECAST
    return Reach.of(dict(ask_once(sendout, statement, values(sendout, channel))))


def foresee(planned: str, parameters: dict[str, Any]) -> Reach:
    """Count whom a plan reaches. planned: SQL that begins as `plan` gives it."""
    return Reach.of(dict(ask(planned + FORECAST, parameters, families=parameters["family"])))


def foresee_with_first(
    planned: str, parameters: dict[str, Any], most: int
) -> tuple[Reach, dict[int, str]]:
    """Count as `foresee` does, and give the first participants by id, with their addresses."""
    asked = parameters | {"first": most}
    rows = ask(planned + _FIRST, asked, families=parameters["family"])
    counted = {reason: n for reason, n, pk, _ in rows if pk is None}
    first = sorted((pk, address) for _, _, pk, address in rows if pk is not None)
    return Reach.of(counted), dict(first)
