"""The organisation's own columns: what its participants have beside name and addresses."""

from __future__ import annotations

from django.db import connection

from sendout.accounts.models import Organisation
from sendout.finding.expressions import Kind

# All who have the same columns stand together in the index `participant_kind`: one of each kind is
# looked at, whether there are ten people or a million.
_KIND = Kind.template % {"expressions": "fields"}
_NAMES = f"""
WITH RECURSIVE kinds AS (
    (SELECT {_KIND} AS kind, fields FROM people_participant
     WHERE organisation_id = %(organisation)s ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT next.* FROM kinds CROSS JOIN LATERAL (
        SELECT {_KIND} AS kind, fields FROM people_participant
        WHERE organisation_id = %(organisation)s AND {_KIND} > kinds.kind ORDER BY kind LIMIT 1
    ) AS next
)
SELECT DISTINCT jsonb_object_keys(fields) FROM kinds
"""


def own_columns(organisation: Organisation) -> list[str]:
    """Name the organisation's own columns that any participant has, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, {"organisation": organisation.pk})
        names = [name for (name,) in cursor.fetchall()]
    return sorted(names, key=lambda name: (name.casefold(), name))
