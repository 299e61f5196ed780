"""Rows by the hundred thousand, made by PostgreSQL itself: people, and what became of messages.

Who is who and what becomes of whom follows from a number, so that two runs have the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sendout.bench.work import NAMES
from sendout.core.delivery.status import status_sql
from sendout.deliveries.jobs import BATCH
from sendout.people.identity import name_key
from sendout.sendouts.models import SendOut

# Every fifth shares the address of the one before, as families do. Of a hundred three have no
# email, one has a wrong one, and ten have no phone. More family names than the newsletters need.
PEOPLE = """
INSERT INTO people_participant (organisation_id, first_name, last_name, name_key, email,
    email_normal, phone_typed, phone, language, external_id, fields, created_at, updated_at)
SELECT %(organisation)s, first, last, key, email, CASE WHEN n %% 100 = 9 THEN '' ELSE email END,
    phone, phone, CASE WHEN n %% 3 = 0 THEN 'fr' ELSE 'en' END, n::text,
    jsonb_build_object('child', child, 'activity', activity), now(), now()
FROM generate_series(1, %(count)s) AS n, LATERAL (
    SELECT (%(firsts)s::text[])[n %% %(n_firsts)s + 1] AS first,
        (%(lasts)s::text[])[n / 7 %% %(n_lasts)s + 1] || CASE WHEN n %% 4 = 0 THEN '' ELSE
            '-' || chr(65 + n / 5 %% 26) || chr(97 + n / 130 %% 26) || 'ron' END AS last,
        (%(keys)s::text[])[n %% %(n_firsts)s + 1] || ' ' ||
        (%(last_keys)s::text[])[n / 7 %% %(n_lasts)s + 1] || CASE WHEN n %% 4 = 0 THEN '' ELSE
            ' ' || chr(97 + n / 5 %% 26) || chr(97 + n / 130 %% 26) || 'ron' END AS key,
        (%(children)s::text[])[n %% %(n_children)s + 1] AS child,
        (%(activities)s::text[])[n / 3 %% %(n_activities)s + 1] AS activity,
        CASE n %% 100 WHEN 3 THEN '' WHEN 4 THEN '' WHEN 5 THEN '' WHEN 9 THEN 'swimmer' || n
            ELSE 'swimmer' || (n - (n %% 5 = 0)::int) || '@' ||
                (ARRAY['mail', 'post', 'lake', 'home'])[n / 2 %% 4 + 1] || '.test' END AS email,
        CASE WHEN n %% 10 = 8 THEN '' ELSE '+1' || (4162000000 + n) END AS phone
) AS made
"""
# Of a thousand who are written to: what became of them, by the hash of the person and the send-out.
# left: how many of them have been handed over; the others wait.
_FACTS = """
SELECT p.id AS participant, p.organisation_id, p.batch, p.address, p.luck, p.left_at,
    CASE WHEN reason <> '' THEN %(at)s::timestamptz END AS skipped_at, reason,
    CASE WHEN gone THEN left_at END AS accepted_at,
    CASE WHEN gone AND luck >= 20 AND luck < 960 THEN left_at + interval '3 s' END AS delivered_at,
    CASE WHEN gone AND luck < 12 THEN left_at + interval '9 s' END AS bounced_at,
    CASE WHEN gone AND luck BETWEEN 12 AND 14 THEN left_at + interval '9 s' END AS failed_at,
    CASE WHEN gone AND by_email AND luck BETWEEN 100 AND 500 THEN left_at + luck * interval '1 min'
        END AS opened_at,
    CASE WHEN gone AND by_email AND luck BETWEEN 300 AND 700 THEN left_at + interval '4 s'
        END AS machine_opened_at,
    CASE WHEN gone AND by_email AND luck BETWEEN 100 AND 180 THEN left_at + luck * interval '2 min'
        END AS clicked_at,
    CASE WHEN gone AND NOT by_email AND luck BETWEEN 100 AND 110 THEN left_at + interval '20 min'
        END AS replied_at,
    CASE WHEN luck = 99 AND gone THEN left_at + interval '1 day' END AS complained_at
FROM planned p, LATERAL (SELECT %(channel)s = 'email' AS by_email,
    reason = '' AND p.number <= %(left)s AS gone) f
"""
_TIMES = (
    "accepted_at, delivered_at, bounced_at, failed_at, opened_at, machine_opened_at, clicked_at, "
    "replied_at, complained_at, skipped_at"
)
DELIVERIES = f"""
WITH audience AS (
    SELECT p.*, CASE %(channel)s WHEN 'email' THEN p.email_normal ELSE p.phone END AS to_,
        abs(hashint8(p.id # %(sendout)s::bigint * 7919)) %% 1000 AS luck
    FROM people_participant p WHERE p.organisation_id = %(organisation)s
    ORDER BY p.id LIMIT %(count)s OFFSET %(skip)s
), planned AS (
    SELECT id, organisation_id, to_ AS address, luck, reason,
        row_number() OVER (PARTITION BY reason = '' ORDER BY id) AS number,
        (row_number() OVER (PARTITION BY reason = '' ORDER BY id) - 1) / {BATCH} + 1 AS batch,
        %(at)s::timestamptz + id %% 3600 * interval '1 s' AS left_at
    FROM audience, LATERAL (SELECT CASE WHEN to_ = '' THEN 'no_address'
        WHEN luck > 990 THEN 'unsubscribed' ELSE '' END AS reason) r
), facts AS ({_FACTS}), proven AS (
    SELECT *, NULL::timestamptz AS carried_at, NULL::timestamptz AS cancelled_at,
        0 AS answered, 0 AS unsure,
        (accepted_at IS NOT NULL OR failed_at IS NOT NULL)::int AS attempt
    FROM facts
)
INSERT INTO deliveries_delivery (organisation_id, sendout_id, participant_id, channel, batch,
    address, sender_id, created_at, status, skip_reason, error_code, error_text, segments, price,
    country, attempt, {_TIMES})
SELECT organisation_id, %(sendout)s, participant, %(channel)s,
    CASE WHEN reason = '' THEN batch ELSE 0 END, address, %(sender)s, %(at)s, {status_sql()},
    reason,
    CASE WHEN bounced_at IS NOT NULL THEN (ARRAY['5.1.1', '5.1.1', '5.2.2', '5.7.1'])[luck %% 4 + 1]
        WHEN failed_at IS NOT NULL THEN '5.4.4' ELSE '' END,
    CASE WHEN bounced_at IS NOT NULL THEN '550 ' || (ARRAY['5.1.1 <' || address || '> User unknown',
        '5.1.1 No such user here', '5.2.2 Mailbox full', '5.7.1 Blocked: [192.0.2.1] is listed'])
        [luck %% 4 + 1] WHEN failed_at IS NOT NULL THEN 'No route to host' ELSE '' END,
    (%(channel)s = 'sms' AND accepted_at IS NOT NULL)::int,
    CASE WHEN accepted_at IS NULL THEN 0 WHEN %(channel)s = 'email' THEN 900 ELSE 8000 END,
    CASE %(channel)s WHEN 'sms' THEN 'CA' ELSE '' END, attempt, {_TIMES}
FROM proven ORDER BY participant
"""  # noqa: S608 - all of it is ours
BATCHES = """
INSERT INTO deliveries_batch (sendout_id, channel, ordinal, first, last, ready, turn)
SELECT sendout_id, channel, batch, min(id), max(id), bool_or(status = 'queued'), 1
FROM deliveries_delivery WHERE batch > 0 GROUP BY 1, 2, 3
"""
COUNTS = """
INSERT INTO deliveries_count
    (sendout_id, channel, status, n, accepted, delivered, opened, clicked)
SELECT sendout_id, channel, status, count(*), count(accepted_at), count(delivered_at),
    count(opened_at), count(clicked_at)
FROM deliveries_delivery GROUP BY 1, 2, 3
"""
EVENTS = """
INSERT INTO deliveries_event (delivery_id, kind, at, source)
SELECT d.id, told.kind, told.at, 'sandbox' FROM deliveries_delivery d, LATERAL (VALUES
    ('opened', d.opened_at), ('clicked', d.clicked_at), ('bounced', d.bounced_at),
    ('replied', d.replied_at)) AS told (kind, at)
WHERE told.at IS NOT NULL
"""
USAGE = """
INSERT INTO usage_usage (organisation_id, day, kind, channel, country, sendout, n, segments, price)
SELECT organisation_id, min(accepted_at)::date, 'campaign', channel, country, sendout_id, count(*),
    sum(segments), sum(price)
FROM deliveries_delivery WHERE accepted_at IS NOT NULL
GROUP BY organisation_id, channel, country, sendout_id
"""
# Bad addresses of those who bounced, and others who had enough.
LISTED = """
INSERT INTO suppression_suppression
    (organisation_id, channel, address, category, reason, evidence, created_at)
SELECT organisation_id, 'email', email_normal, CASE id % 3 WHEN 0 THEN '' ELSE 'marketing' END,
    CASE id % 3 WHEN 0 THEN 'bad_email' ELSE 'unsubscribed' END, '', now()
FROM people_participant WHERE id % 40 = 7 AND email_normal <> '' ON CONFLICT DO NOTHING
"""

# Who answered a text: some said two things, and one in fifty may have meant STOP.
CONVERSATIONS = """
INSERT INTO replies_conversation
    (organisation_id, phone, unread, reviews, done, last_at, last_text, last_kind)
SELECT organisation_id, address, (min(id) % 3 = 0)::int, (min(id) % 50 = 0)::int, min(id) % 2 = 1,
    max(replied_at), 'Thank you, we will be there', 'other'
FROM deliveries_delivery WHERE replied_at IS NOT NULL GROUP BY 1, 2
"""
REPLIES = """
INSERT INTO replies_reply (organisation_id, conversation_id, received_by, ref, sender_id, phone,
    "to", text, at, delivery_id, asked, of_staff, read_at, review, segments, price, trouble,
    created_at)
SELECT c.organisation_id, c.id, d.sender_id, d.id || '-' || n, d.sender_id, c.phone, '',
    (ARRAY['Is the pool open on Monday?', 'Thank you, we will be there'])[n], d.replied_at, d.id,
    'other', false, CASE WHEN c.unread = 0 THEN d.replied_at END,
    CASE WHEN c.reviews > 0 AND n = 1 THEN 'open' ELSE '' END, 1, 0, '', d.replied_at
FROM deliveries_delivery d JOIN replies_conversation c
    ON c.organisation_id = d.organisation_id AND c.phone = d.address,
    generate_series(1, 1 + (d.id % 2)::int) AS n
WHERE d.replied_at IS NOT NULL
"""
SESSIONS = """
INSERT INTO timetable_session (organisation_id, calendar_id, uid, key, title, group_id, starts,
    ends, whole_day, place, cancelled, called_off)
SELECT c.organisation_id, c.id, g.id || '-' || n, '', g.name, g.id, at, at + interval '45 min',
    false, 'Lane ' || n % 6 + 1, n % 40 = 0, false
FROM timetable_calendar c JOIN people_group g ON g.organisation_id = c.organisation_id,
    generate_series(-20, 30) AS n, LATERAL (SELECT date_trunc('day', now())
        + n * interval '7 days' + g.id % 60 * interval '20 min' AS at) moment
"""
MEMBERS = """
INSERT INTO people_group_participants (group_id, participant_id)
SELECT g.id, p.id FROM people_group g JOIN people_participant p USING (organisation_id)
WHERE p.id % (SELECT count(*) FROM people_group) = g.id % (SELECT count(*) FROM people_group)
"""


@dataclass(frozen=True, slots=True)
class Story:
    """What is to have become of a send-out. skip: participants before the first who is meant.

    left: the part of the messages that has been handed over, 0 to 1.
    """

    sendout: SendOut
    people: int
    at: datetime
    skip: int = 0
    left: float = 1.0


def settle_down(organisation: int, count: int) -> None:
    """Make so many participants of an organisation."""
    firsts, lasts = NAMES["first_name"], NAMES["last_name"]
    children, activities = NAMES["child"], NAMES["activity"]
    _run(
        PEOPLE,
        organisation=organisation,
        count=count,
        firsts=firsts,
        n_firsts=len(firsts),
        keys=[name_key(each, "") for each in firsts],
        lasts=lasts,
        n_lasts=len(lasts),
        last_keys=[name_key("", each) for each in lasts],
        children=children,
        n_children=len(children),
        activities=activities,
        n_activities=len(activities),
    )


def tell(story: Story, channel: str) -> None:
    """Make the deliveries of a send-out by one channel, as they are after all that happened."""
    sendout, sender = story.sendout, story.sendout.sender(channel)
    _run(
        DELIVERIES,
        organisation=sendout.organisation_id,
        sendout=sendout.pk,
        channel=channel,
        sender=sender.pk if sender else None,
        count=story.people,
        skip=story.skip,
        left=int(story.people * story.left),
        at=story.at,
    )


def add_up() -> None:
    """Make what follows from people and deliveries: counts, events, usage, replies and the like."""
    for statement in (BATCHES, COUNTS, EVENTS, USAGE, LISTED, CONVERSATIONS, REPLIES):
        _run(statement)


def fill_groups() -> None:
    """Share the participants out to the groups there are, and give each its sessions."""
    _run(MEMBERS)
    _run(SESSIONS)


def _run(statement: str, **values: Any) -> None:
    """Without values a statement is taken as it stands, with single signs for percent."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
