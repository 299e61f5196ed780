"""Whom a send-out would reach now and whom not, in SQL: asked to freeze, to foretell, to reckon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from sendout.deliveries import became, jobs
from sendout.people.select import AUDIENCE
from sendout.senders.models import Channel
from sendout.sendouts.models import Channels, FallbackTo, OncePer, SendOut
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
FORECAST = "SELECT reason, count(*) FROM planned GROUP BY reason"


@dataclass(frozen=True, slots=True)
class Reach:
    """By one channel: to_send leave, skipped do not, by reason."""

    to_send: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def plan(audience: str) -> str:
    """Give the SQL that plans for these people. audience: SQL that selects ids of participants."""
    return _PLAN.format(audience=audience)


def plan_of(sendout: SendOut, channel: Channel) -> str:
    """Give the SQL that plans for this channel: for everybody who is meant.

    For the SMS that follow emails that is everybody, too, until the send-out has started; then it
    is those whom the emails have not reached by now.
    """
    follows = sendout.channels == Channels.EMAIL_THEN_SMS and channel == Channel.SMS
    if follows and sendout.started_at is not None:
        return plan(became.NOT_REACHED[FallbackTo(sendout.fallback_to)])
    return plan(AUDIENCE)


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
        "most": jobs.BATCH,
        "least": jobs.SMALLEST,
        "parts": jobs.PARTS,
        "sender": sender.pk if sender else None,
    }


def reach(sendout: SendOut, channel: Channel) -> Reach:
    """Count whom the send-out would reach now by one channel."""
    return foresee(plan_of(sendout, channel), values(sendout, channel))


def foresee(planned: str, parameters: dict[str, Any]) -> Reach:
    """Count whom a plan reaches. planned: SQL that begins as `plan` gives it."""
    with connection.cursor() as cursor:
        cursor.execute(planned + FORECAST, parameters)
        found = dict(cursor.fetchall())
    return Reach(found.pop("", 0), found)
