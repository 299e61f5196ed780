"""The second half of an import, first part: who the staged rows are, and what would change.

Identity. A row is known by its external id; else by name and email; else by name and phone; else
by name alone. So families who share an address stay several people, and a file imported again
finds everybody it made. A row finds an existing person by the first of `FINDERS` that fits; a
person is found by one identity only.

Before that, a row of our own export is whom it names by number, as far as name and address agree:
an export that is imported again changes nobody. Where several people here have one name and email,
the phone tells.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from sendout.finding.planner import join_by_hash

MANY = 300  # rows

IDENTIFY = """
WITH owner AS (
    SELECT name_key, phone, min(email_normal) AS email FROM staged
    WHERE NOT refused AND external_id = '' AND email_normal <> '' AND phone <> ''
    GROUP BY name_key, phone
), near AS (
    SELECT s.number, p.id, p.phone, p.external_id FROM staged AS s
    JOIN people_participant AS p ON p.organisation_id = %(organisation)s
        AND p.name_key = s.name_key AND p.email_normal = s.email_normal
    WHERE s.email_normal <> ''
    UNION ALL
    SELECT s.number, p.id, p.phone, p.external_id FROM staged AS s
    JOIN people_participant AS p ON p.organisation_id = %(organisation)s
        AND p.name_key = s.name_key AND p.phone = s.phone AND p.email_normal = ''
    WHERE s.email_normal = '' AND s.phone <> ''
    UNION ALL
    SELECT s.number, p.id, p.phone, p.external_id FROM staged AS s
    JOIN people_participant AS p ON p.organisation_id = %(organisation)s
        AND p.id = s.ours AND p.name_key = s.name_key AND p.email_normal = '' AND p.phone = ''
    WHERE s.email_normal = '' AND s.phone = ''
), alike AS (
    SELECT s.number, p.id, p.id IS NOT DISTINCT FROM s.ours AS named,
        s.phone <> '' AND p.phone = s.phone AS reached,
        count(*) OVER (PARTITION BY s.number) AS n,
        count(*) FILTER (WHERE s.phone <> '' AND p.phone = s.phone)
            OVER (PARTITION BY s.number) AS n_reached
    FROM near AS p JOIN staged AS s ON s.number = p.number
    WHERE NOT s.refused AND s.external_id = '' AND (p.external_id = '' OR NOT EXISTS (
        SELECT FROM staged AS other WHERE other.external_id = p.external_id))
), twin AS (
    SELECT DISTINCT ON (number) number, id FROM alike
    WHERE named OR (n > 1 AND reached AND n_reached = 1)
    ORDER BY number, named DESC
)
UPDATE staged AS s SET key = CASE
    WHEN s.external_id <> '' THEN 'id|' || s.external_id
    WHEN twin.id IS NOT NULL THEN 'twin|' || twin.id
    WHEN coalesce(nullif(s.email_normal, ''), owner.email) IS NOT NULL
        THEN 'email|' || s.name_key || '|' || coalesce(nullif(s.email_normal, ''), owner.email)
    WHEN s.phone <> '' THEN 'phone|' || s.name_key || '|' || s.phone
    ELSE 'name|' || s.name_key END
FROM staged AS same
LEFT JOIN owner ON owner.name_key = same.name_key AND owner.phone = same.phone
LEFT JOIN twin ON twin.number = same.number
WHERE same.number = s.number AND NOT s.refused
"""

# A row that says less of somebody whom another row names is of the same person.
FOLLOW = """
UPDATE staged AS s SET key = named.key FROM (
    SELECT CASE WHEN email_normal <> '' THEN 'email|' || name_key || '|' || email_normal
        ELSE 'phone|' || name_key || '|' || phone END AS plain, min(key) AS key
    FROM staged WHERE key LIKE 'twin|%' GROUP BY 1
) AS named WHERE s.key = named.plain
"""

# Several rows of one person are laid over each other; the last filled cell wins.
MERGE = """
DROP TABLE IF EXISTS pg_temp.planned;
CREATE TEMPORARY TABLE planned AS
SELECT key, min(number) AS first_row,
    CASE WHEN key LIKE 'twin|%' THEN split_part(key, '|', 2)::bigint END AS id,
    false AS fresh, false AS changed,
    (array_agg(first_name ORDER BY number DESC) FILTER (WHERE name_key <> ''))[1] AS first_name,
    (array_agg(last_name ORDER BY number DESC) FILTER (WHERE name_key <> ''))[1] AS last_name,
    (array_agg(name_key ORDER BY number DESC) FILTER (WHERE name_key <> ''))[1] AS name_key,
    (array_agg(email ORDER BY email_normal <> '' DESC, number DESC)
        FILTER (WHERE email <> ''))[1] AS email,
    (array_agg(email_normal ORDER BY number DESC)
        FILTER (WHERE email_normal <> ''))[1] AS email_normal,
    (array_agg(phone_typed ORDER BY phone <> '' DESC, number DESC)
        FILTER (WHERE phone_typed <> ''))[1] AS phone_typed,
    (array_agg(phone ORDER BY number DESC) FILTER (WHERE phone <> ''))[1] AS phone,
    (array_agg(phone_kind ORDER BY number DESC) FILTER (WHERE phone <> ''))[1] AS phone_kind,
    (array_agg(language ORDER BY number DESC) FILTER (WHERE language <> ''))[1] AS language,
    max(external_id) AS external_id,
    (array_agg(family ORDER BY number DESC) FILTER (WHERE family <> ''))[1] AS family,
    pg_temp.lay_over(fields ORDER BY number) AS fields
FROM staged WHERE NOT refused GROUP BY key;
UPDATE planned SET first_name = coalesce(first_name, ''), last_name = coalesce(last_name, ''),
    name_key = coalesce(name_key, ''), email = coalesce(email, ''),
    email_normal = coalesce(email_normal, ''), phone_typed = coalesce(phone_typed, ''),
    phone = coalesce(phone, ''), phone_kind = coalesce(phone_kind, ''),
    family = coalesce(family, '')
"""
LAY_OVER = """
DROP AGGREGATE IF EXISTS pg_temp.lay_over(jsonb);
CREATE AGGREGATE pg_temp.lay_over(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}')
"""
JOINING = """
DROP TABLE IF EXISTS pg_temp.joining;
CREATE TEMPORARY TABLE joining AS
SELECT DISTINCT key, unnest("groups" || %(group)s::text[]) AS name FROM staged WHERE NOT refused
"""

_FREE = "(k.external_id = '' OR p.external_id = '')"
FINDERS = (
    "k.external_id <> '' AND p.external_id = k.external_id",
    f"{_FREE} AND k.email_normal <> '' AND p.email_normal = k.email_normal"
    " AND p.name_key = k.name_key",
    f"{_FREE} AND k.email_normal = '' AND k.phone <> '' AND p.phone = k.phone"
    " AND p.name_key = k.name_key",
    f"{_FREE} AND k.email_normal <> '' AND p.email_normal = ''"
    " AND k.phone <> '' AND p.phone = k.phone AND p.name_key = k.name_key",
    f"{_FREE} AND k.email_normal = '' AND k.phone = '' AND p.email_normal = '' AND p.phone = ''"
    " AND p.name_key = k.name_key AND k.name_key <> ''",
    # A row or a person without a name is whoever has that address.
    f"{_FREE} AND k.email_normal <> '' AND p.email_normal = k.email_normal"
    " AND '' IN (k.name_key, p.name_key)",
    f"{_FREE} AND k.email_normal = '' AND k.phone <> '' AND p.phone = k.phone"
    " AND '' IN (k.name_key, p.name_key)",
)
FIND = """
WITH candidate AS (
    SELECT DISTINCT ON (k.key) k.key, k.first_row, p.id
    FROM planned AS k
    JOIN people_participant AS p ON p.organisation_id = %(organisation)s AND {finder}
    WHERE k.id IS NULL AND NOT EXISTS (SELECT FROM planned AS taken WHERE taken.id = p.id)
    ORDER BY k.key, p.external_id <> '', p.email_normal <> k.email_normal, p.id
), winner AS (
    SELECT DISTINCT ON (id) key, id FROM candidate ORDER BY id, first_row
)
UPDATE planned SET id = winner.id FROM winner WHERE planned.key = winner.key
"""

# Filled cells update, empty cells never erase, and a wrong address never replaces a right one. The
# same number written otherwise is no change. What the staff said about a family stays.
OVERLAY = """
UPDATE planned AS k SET
    first_name = CASE WHEN takes_name THEN k.first_name ELSE p.first_name END,
    last_name = CASE WHEN takes_name THEN k.last_name ELSE p.last_name END,
    name_key = CASE WHEN takes_name THEN k.name_key ELSE p.name_key END,
    email = CASE WHEN takes_email THEN k.email ELSE p.email END,
    email_normal = CASE WHEN takes_email THEN k.email_normal ELSE p.email_normal END,
    phone_typed = CASE WHEN takes_phone AND (k.phone = '' OR k.phone <> p.phone)
        THEN k.phone_typed ELSE p.phone_typed END,
    phone = CASE WHEN takes_phone THEN k.phone ELSE p.phone END,
    phone_kind = CASE WHEN takes_phone THEN k.phone_kind ELSE p.phone_kind END,
    language = coalesce(k.language, p.language),
    external_id = coalesce(nullif(k.external_id, ''), p.external_id),
    family = CASE WHEN k.family = '' OR p.family ~ '^[+-]' THEN p.family ELSE k.family END,
    fields = p.fields || k.fields
FROM people_participant AS p
JOIN planned AS same ON same.id = p.id
CROSS JOIN LATERAL (SELECT
    same.name_key <> '' AND (same.name_key = p.name_key OR p.name_key = ''
        OR (same.first_name <> '' AND same.last_name <> '')) AS takes_name,
    same.email_normal <> '' OR (same.email <> '' AND p.email_normal = '') AS takes_email,
    same.phone <> '' OR (same.phone_typed <> '' AND p.phone = '') AS takes_phone
) AS choice
WHERE k.id = p.id
"""
COMPARE = """
UPDATE planned AS k SET changed = true FROM people_participant AS p
WHERE k.id = p.id AND (k.first_name, k.last_name, k.name_key, k.email, k.email_normal,
        k.phone_typed, k.phone, k.phone_kind, k.language, k.external_id, k.family,
        k.fields)
    IS DISTINCT FROM (p.first_name, p.last_name, p.name_key, p.email, p.email_normal,
        p.phone_typed, p.phone, p.phone_kind, p.language, p.external_id, p.family,
        p.fields)
"""
COMPARE_GROUPS = """
UPDATE planned AS k SET changed = true FROM joining AS j
WHERE j.key = k.key AND NOT k.fresh AND NOT EXISTS (
    SELECT FROM people_group_participants AS m JOIN people_group AS g ON g.id = m.group_id
    WHERE m.participant_id = k.id AND g.organisation_id = %(organisation)s AND g.name = j.name
)
"""
COUNT = """
SELECT (SELECT count(*) FROM staged), count(*) FILTER (WHERE fresh),
    count(*) FILTER (WHERE changed), (SELECT count(*) FROM staged WHERE refused)
FROM planned
"""


def plan(organisation_id: int, group_name: str) -> dict[str, int]:
    """Decide what every staged row would do, in the temporary table `planned`; writes nothing.

    Gives the counts: rows, created, updated, unchanged, refused.
    """
    group = [group_name] if group_name else []
    values: Any = {"organisation": organisation_id, "group": group}
    with connection.cursor() as cursor:
        join_by_hash(cursor, "staged", MANY)
        cursor.execute("ANALYZE staged")
        cursor.execute(IDENTIFY, values)
        cursor.execute(FOLLOW)
        cursor.execute(LAY_OVER)
        cursor.execute(MERGE)
        cursor.execute("CREATE UNIQUE INDEX ON planned (key); CREATE INDEX ON planned (id)")
        cursor.execute("ANALYZE planned")
        cursor.execute(JOINING, values)
        cursor.execute("CREATE INDEX ON joining (key)")
        for finder in FINDERS:
            cursor.execute(FIND.format(finder=finder), values)
        cursor.execute("UPDATE planned SET fresh = true WHERE id IS NULL")
        cursor.execute(OVERLAY)
        cursor.execute(COMPARE)
        cursor.execute(COMPARE_GROUPS, values)
        cursor.execute(COUNT)
        rows, created, updated, refused = cursor.fetchone() or (0, 0, 0, 0)
    return {
        "rows": rows,
        "created": created,
        "updated": updated,
        "unchanged": rows - created - updated - refused,
        "refused": refused,
    }
