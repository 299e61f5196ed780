"""Whom a send-out would reach now and whom not, in SQL: asked to freeze, to foretell, to reckon."""

from __future__ import annotations

from sendout.deliveries import jobs
from sendout.people.select import AUDIENCE
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, OncePer, SendOut
from sendout.suppression.sql import standing

# Everybody of the audience with what stands in the way, if anything: nothing to write to, the
# list, or the same address further up. The first of a family by id gets the message.
_PLAN = f"""
WITH audience AS ({{audience}}), stopped AS (
    SELECT * FROM {standing("%(organisation)s", "%(category)s")} AS entries
), reasoned AS (
    SELECT p.id, p.organisation_id,
        CASE %(channel)s WHEN 'email' THEN p.email
            ELSE COALESCE(NULLIF(p.phone, ''), p.phone_typed) END AS address,
        CASE %(channel)s WHEN 'email' THEN p.email_normal ELSE p.phone END AS normal,
        CASE WHEN p.email = '' THEN 'no_address' WHEN p.email_normal = '' THEN 'invalid_address'
            ELSE COALESCE(e.reason, '') END AS email_reason,
        CASE WHEN COALESCE(NULLIF(p.phone, ''), p.phone_typed) = '' THEN 'no_address'
            WHEN p.phone = '' THEN 'invalid_address' WHEN p.phone_kind <> '' THEN p.phone_kind
            ELSE COALESCE(t.reason, '') END AS sms_reason
    FROM people_participant p JOIN audience a ON a.id = p.id
    LEFT JOIN stopped e ON e.channel = 'email' AND e.address = p.email_normal
    LEFT JOIN stopped t ON t.channel = 'sms' AND t.address = p.phone
), ranked AS (
    SELECT *, CASE %(channel)s WHEN 'email' THEN email_reason ELSE sms_reason END AS reason
    FROM reasoned
    WHERE %(channel)s = 'email' OR NOT %(only_without_email)s OR email_reason <> ''
), planned AS (
    SELECT id, organisation_id, address, CASE WHEN reason = '' AND %(once_per_address)s
            AND row_number() OVER (PARTITION BY normal, reason = '' ORDER BY id) > 1
        THEN 'duplicate' ELSE reason END AS reason
    FROM ranked
)
"""


def plan(audience: str) -> str:
    """Give the SQL that plans for these people. audience: SQL that selects ids of participants."""
    return _PLAN.format(audience=audience)


PLAN = plan(AUDIENCE)


def values(sendout: SendOut, channel: Channel) -> dict[str, str | int | None]:
    """Give the parameters of `PLAN`, and of the statements that begin with it."""
    sender = sendout.sender(channel)
    return {
        "sendout": sendout.pk,
        "organisation": sendout.organisation_id,
        "everyone": sendout.everyone,
        "channel": channel.value,
        "category": sendout.message.category,
        "only_without_email": sendout.channels == Channels.SMS_WITHOUT_EMAIL,
        "once_per_address": sendout.once_per == OncePer.ADDRESS,
        "most": jobs.BATCH,
        "least": jobs.SMALLEST,
        "parts": jobs.PARTS,
        "sender": sender.pk if sender else None,
    }
