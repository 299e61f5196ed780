"""The second half of an import, second part: do what is planned, and keep the report."""

from __future__ import annotations

from typing import Any

from django.db import connection

NUMBER = """
UPDATE planned SET id = numbered.id FROM (
    SELECT key, nextval(pg_get_serial_sequence('people_participant', 'id')) AS id
    FROM (SELECT key FROM planned WHERE fresh ORDER BY first_row) AS ordered
) AS numbered WHERE planned.key = numbered.key
"""
INSERT = """
INSERT INTO people_participant (id, organisation_id, first_name, last_name, name_key, email,
    email_normal, phone_typed, phone, phone_kind, language, external_id, family, fields,
    created_at, updated_at)
SELECT id, %(organisation)s, first_name, last_name, name_key, email, email_normal, phone_typed,
    phone, phone_kind, coalesce(language, %(language)s), external_id, family, fields, now(),
    now()
FROM planned WHERE fresh ORDER BY first_row
"""
UPDATE = """
UPDATE people_participant AS p SET first_name = k.first_name, last_name = k.last_name,
    name_key = k.name_key, email = k.email, email_normal = k.email_normal,
    phone_typed = k.phone_typed, phone = k.phone, phone_kind = k.phone_kind,
    language = k.language, external_id = k.external_id, family = k.family,
    fields = k.fields, updated_at = now()
FROM planned AS k WHERE k.changed AND p.id = k.id AND p.organisation_id = %(organisation)s
"""
GROUPS = """
INSERT INTO people_group (organisation_id, name, created_at)
SELECT DISTINCT %(organisation)s::bigint, name, now() FROM joining ON CONFLICT DO NOTHING
"""
JOIN = """
INSERT INTO people_group_participants (group_id, participant_id)
SELECT g.id, k.id FROM joining AS j JOIN planned AS k ON k.key = j.key
JOIN people_group AS g ON g.organisation_id = %(organisation)s AND g.name = j.name
ON CONFLICT DO NOTHING
"""
FORGET = "DELETE FROM people_importline WHERE source_id = %(source)s"
REPORT = """
INSERT INTO people_importline (source_id, number, outcome, notes)
SELECT %(source)s, s.number,
    CASE WHEN s.refused THEN 'refused'
        WHEN s.number > k.first_row THEN 'unchanged'
        WHEN k.fresh THEN 'created' WHEN k.changed THEN 'updated' ELSE 'unchanged' END,
    CASE WHEN s.number > k.first_row THEN s.notes || jsonb_build_array(jsonb_build_object(
        'kind', 'warned', 'field', '', 'value', '',
        'reason', 'the same person as in row ' || k.first_row || ', so one participant'))
        ELSE s.notes END
FROM staged AS s LEFT JOIN planned AS k ON k.key = s.key ORDER BY s.number
"""


def apply(organisation_id: int, language: str) -> None:
    """Create, update and group the planned participants; language: of those that name none."""
    values: Any = {"organisation": organisation_id, "language": language}
    with connection.cursor() as cursor:
        for statement in (NUMBER, INSERT, UPDATE, GROUPS, JOIN):
            cursor.execute(statement, values)


def report(import_id: int) -> None:
    """Keep what became of every staged row, in place of an earlier report."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"source": import_id})
        cursor.execute(REPORT, {"source": import_id})
