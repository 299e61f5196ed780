"""What the Unsubscribes list says about an address, for statements that ask about many at once."""

from __future__ import annotations

from sendout.suppression.models import Reason

# Who said so, the most binding last. A complaint binds for good; a recipient's own word outranks
# what a machine found out about the address, and that outranks the staff. `bad_*` and `complaint`
# stand without a category (they stop the whole channel), a recipient's word in email with the
# category marketing, so an entry that is raised never stops less than before.
STRENGTH: dict[str, int] = {
    Reason.ADMIN: 1,
    Reason.BAD_EMAIL: 2,
    Reason.BAD_NUMBER: 2,
    Reason.UNSUBSCRIBED: 3,
    Reason.COMPLAINT: 4,
}


def strength(reason: str) -> str:
    """Give the strength of the reason in this SQL expression, as a SQL expression."""
    cases = " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in STRENGTH.items())
    return f"CASE {reason} {cases} ELSE 0 END"


def _applies(entry: str, category: str) -> str:
    """Entries without a category cover all; operational email is not unsubscribed from."""
    return (
        f"{entry}.category IN ('', {category}) AND NOT ({entry}.channel = 'email'"
        f" AND {entry}.reason = 'unsubscribed' AND {category} = 'operational')"
    )


def reason(organisation: str, channel: str, address: str, category: str) -> str:
    """Give a scalar subquery: the reason of the strongest entry, or NULL when none stops it.

    The arguments are SQL expressions: columns or placeholders. For a slice of rows; for a whole
    audience there is `reason_among_many`.
    """
    return f"""(
    SELECT entry.reason FROM suppression_suppression AS entry
     WHERE entry.organisation_id = {organisation} AND entry.channel = {channel}
       AND entry.address = {address} AND {_applies("entry", category)}
     ORDER BY {strength("entry.reason")} DESC LIMIT 1)"""


def reason_among_many(organisation: str, channel: str, address: str, category: str) -> str:
    """Give the same for each row of a whole audience; empty text where nothing stops it.

    PostgreSQL makes one table of the addresses that are stopped, or asks the index for each of few;
    only for those who are stopped is it asked why. No join: of one it may expect few rows, and then
    go through the whole list for each of a million.
    """
    return f"""CASE WHEN EXISTS (
    SELECT FROM suppression_suppression AS entry
     WHERE entry.organisation_id = {organisation} AND entry.channel = {channel}
       AND entry.address = {address} AND {_applies("entry", category)}
) THEN {reason(organisation, channel, address, category)} ELSE '' END"""


# Adds entries in bulk: parallel arrays, all for one organisation and member. Rows of one call must
# differ in channel, address and category. An entry that stands gives way to a stronger one only.
ADD = f"""
INSERT INTO suppression_suppression AS standing
    (organisation_id, channel, address, category, reason, evidence, delivery, created_by_id,
     created_at)
SELECT %(organisation)s, channel, address, category, reason, evidence, delivery, %(member)s, now()
  FROM unnest(%(channel)s::text[], %(address)s::text[], %(category)s::text[], %(reason)s::text[],
              %(evidence)s::text[], %(delivery)s::bigint[])
       AS given (channel, address, category, reason, evidence, delivery)
 WHERE address <> ''
    ON CONFLICT (organisation_id, channel, address, category) DO UPDATE
   SET reason = excluded.reason, delivery = excluded.delivery,
       created_by_id = excluded.created_by_id, created_at = excluded.created_at,
       evidence = concat_ws(E'\\n', nullif(excluded.evidence, ''),
                            concat_ws(': ', 'before, ' || standing.reason,
                                      nullif(standing.evidence, '')))
 WHERE {strength("excluded.reason")} > {strength("standing.reason")}
RETURNING standing.id
"""
