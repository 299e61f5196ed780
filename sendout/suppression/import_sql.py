"""The statements of an import of entries: plan, apply, report, undo. All see one organisation."""

from __future__ import annotations

from sendout.suppression.sql import strength

# All of an entry that an import changes, for an undo to compare and put back.
SNAPSHOT = """jsonb_build_object('reason', s.reason, 'evidence', s.evidence,
    'delivery', s.delivery, 'created_by', s.created_by_id, 'created_at', s.created_at)"""
# Whoever wrote it may have left meanwhile; that alone is no change of the entry.
SAME = f"{SNAPSHOT} - 'created_by' = l.after - 'created_by'"
_KEY = "(s.channel, s.address, s.category) = (p.channel, p.address, p.category)"

STAGE = """
DROP TABLE IF EXISTS pg_temp.staged, pg_temp.planned;
CREATE TEMPORARY TABLE staged (
    number integer, channel text, address text, category text, reason text, at timestamptz,
    evidence text, fate text, notes jsonb
)
"""
COPY = """
COPY staged (number, channel, address, category, reason, at, evidence, fate, notes) FROM STDIN
"""
UNSTAGE = "DROP TABLE IF EXISTS pg_temp.staged, pg_temp.planned"

# Of several rows for one entry the strongest reason is taken, of the same the oldest.
PLAN = f"""
CREATE TEMPORARY TABLE planned AS
SELECT staged.*, NULL::bigint AS entry, NULL::jsonb AS before, NULL::jsonb AS after,
    fate AS outcome, {strength("reason")} AS strength,
    CASE WHEN fate = 'entry' THEN first_value(number) OVER (
        PARTITION BY fate, channel, address, category
        ORDER BY {strength("reason")} DESC, at NULLS LAST, number) END AS leader
FROM staged;
ANALYZE planned
"""
COMPARE = f"""
UPDATE planned AS p SET outcome = 'unchanged', notes = notes || jsonb_build_array(
    jsonb_build_object('kind', 'warned', 'field', '', 'value', '',
        'reason', 'the same address as in row ' || leader || ', which counts'))
WHERE outcome = 'entry' AND number <> leader;
UPDATE planned AS p SET before = {SNAPSHOT},
    outcome = CASE WHEN strength > {strength("s.reason")} THEN 'raised' ELSE 'unchanged' END
FROM suppression_suppression AS s
WHERE p.outcome = 'entry' AND s.organisation_id = %(organisation)s AND {_KEY};
UPDATE planned SET outcome = 'added' WHERE outcome = 'entry'
"""
# Whoever was taken off the list on purpose comes back by an old file: that is worth a look.
REMEMBER = """
UPDATE planned AS p SET notes = notes || jsonb_build_array(jsonb_build_object(
    'kind', 'warned', 'field', '', 'value', '', 'reason',
    'this entry was taken off the list on ' || to_char(lifted.at, 'YYYY-MM-DD') || ': ' || why))
FROM (
    SELECT DISTINCT ON (channel, address, category) channel, address, category, why,
        lifted_at AS at
    FROM suppression_lifted WHERE organisation_id = %(organisation)s
    ORDER BY channel, address, category, id DESC
) AS lifted
WHERE p.outcome = 'added'
    AND (lifted.channel, lifted.address, lifted.category) = (p.channel, p.address, p.category)
"""
ADD = """
WITH put AS (
    INSERT INTO suppression_suppression
        (organisation_id, channel, address, category, reason, evidence, created_by_id, created_at)
    SELECT %(organisation)s, channel, address, category, reason, evidence, %(member)s,
        coalesce(at, now())
    FROM planned WHERE outcome = 'added' ORDER BY number, channel
    ON CONFLICT DO NOTHING
    RETURNING id, channel, address, category
)
UPDATE planned AS p SET entry = s.id FROM put AS s WHERE p.outcome = 'added' AND {key}
""".replace("{key}", _KEY)
# What stands is read again under its lock: somebody may have raised it since the plan.
RAISE = f"""
WITH old AS (
    SELECT s.id, p.number, p.channel, {SNAPSHOT} AS before, s.reason, s.evidence
    FROM suppression_suppression AS s JOIN planned AS p ON {_KEY}
    WHERE s.organisation_id = %(organisation)s AND p.outcome IN ('raised', 'added')
        AND p.entry IS NULL AND p.strength > {strength("s.reason")}
    ORDER BY s.id FOR UPDATE OF s
), put AS (
    UPDATE suppression_suppression AS s SET reason = p.reason, delivery = NULL,
        created_by_id = %(member)s, created_at = coalesce(p.at, now()),
        evidence = concat_ws(E'\\n', nullif(p.evidence, ''),
            concat_ws(': ', 'before, ' || old.reason, nullif(old.evidence, '')))
    FROM old JOIN planned AS p USING (number, channel)
    WHERE s.id = old.id
    RETURNING s.id
)
UPDATE planned AS p SET entry = old.id, before = old.before, outcome = 'raised'
FROM old WHERE (p.number, p.channel) = (old.number, old.channel)
    AND old.id IN (SELECT id FROM put)
"""
SETTLE = f"""
UPDATE planned SET outcome = 'unchanged' WHERE outcome IN ('added', 'raised') AND entry IS NULL;
UPDATE planned AS p SET after = {SNAPSHOT} FROM suppression_suppression AS s WHERE s.id = p.entry
"""
COUNT = "SELECT outcome, count(*) FROM planned GROUP BY outcome"
FORGET = "DELETE FROM suppression_listimportline WHERE source_id = %(source)s"
REPORT = """
INSERT INTO suppression_listimportline (source_id, number, channel, address, category, reason,
    outcome, entry, before, after, undone, notes)
SELECT %(source)s, number, channel, address, category, reason, outcome, entry, before, after, '',
    notes
FROM planned ORDER BY number, channel
"""

HOLD = """
SELECT count(*) FROM (SELECT s.id FROM suppression_suppression AS s
    JOIN suppression_listimportline AS l ON l.entry = s.id AND l.source_id = %(source)s
    ORDER BY s.id FOR UPDATE OF s) AS held
"""
REMOVE = f"""
WITH gone AS (
    DELETE FROM suppression_suppression AS s USING suppression_listimportline AS l
    WHERE l.source_id = %(source)s AND l.outcome = 'added' AND l.entry = s.id AND {SAME}
    RETURNING s.id
)
UPDATE suppression_listimportline AS l SET undone = 'removed' FROM gone
WHERE l.source_id = %(source)s AND l.entry = gone.id
"""
RESTORE = f"""
WITH back AS (
    UPDATE suppression_suppression AS s SET reason = l.before->>'reason',
        evidence = l.before->>'evidence', delivery = (l.before->>'delivery')::bigint,
        created_by_id = (SELECT id FROM accounts_user
            WHERE id = (l.before->>'created_by')::bigint),
        created_at = (l.before->>'created_at')::timestamptz
    FROM suppression_listimportline AS l
    WHERE l.source_id = %(source)s AND l.outcome = 'raised' AND l.entry = s.id AND {SAME}
    RETURNING s.id
)
UPDATE suppression_listimportline AS l SET undone = 'restored' FROM back
WHERE l.source_id = %(source)s AND l.entry = back.id
"""
KEEP = """
UPDATE suppression_listimportline AS l SET undone = 'kept',
    notes = notes || jsonb_build_array(jsonb_build_object('kind', 'warned', 'field', '',
        'value', '', 'reason', CASE WHEN EXISTS (
            SELECT FROM suppression_suppression AS s WHERE s.id = l.entry)
        THEN 'the entry was changed after the import, so the undo left it as it is'
        ELSE 'the entry was taken off the list after the import, so there was nothing to undo' END))
WHERE l.source_id = %(source)s AND l.outcome IN ('added', 'raised') AND l.undone = ''
"""
UNDONE = """
SELECT undone, count(*) FROM suppression_listimportline
WHERE source_id = %(source)s AND undone <> '' GROUP BY undone
"""
