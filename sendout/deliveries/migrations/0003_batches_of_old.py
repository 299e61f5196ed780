"""The batches of send-outs that were frozen before batches had rows.

What was being sent at this moment waits in its batch for the lease to run out, like what a dead
worker left.
"""

from __future__ import annotations

from django.db import migrations

FILL = """
INSERT INTO deliveries_batch (sendout_id, channel, ordinal, first, last, ready, retry_at, held,
    claimed_at)
SELECT sendout_id, channel, batch, min(id), max(id), bool_or(status = 'queued'),
    min(next_try_at) FILTER (WHERE status = 'deferred'),
    array_agg(id ORDER BY id) FILTER (WHERE status = 'sending'),
    min(claimed_at) FILTER (WHERE status = 'sending')
FROM deliveries_delivery WHERE batch > 0 GROUP BY sendout_id, channel, batch
"""
COUNT = """
WITH waiting AS (
    SELECT sendout_id, channel, CASE WHEN answered > 0 THEN 'deferred' ELSE 'queued' END AS waits,
        count(*) AS n
    FROM deliveries_delivery WHERE status = 'sending' GROUP BY 1, 2, 3
)
INSERT INTO deliveries_count AS k
    (sendout_id, channel, status, n, accepted, delivered, opened, clicked)
SELECT sendout_id, channel, waits, n, 0, 0, 0, 0 FROM waiting
UNION ALL SELECT sendout_id, channel, 'sending', -sum(n), 0, 0, 0, 0 FROM waiting GROUP BY 1, 2
ON CONFLICT (sendout_id, channel, status) DO UPDATE SET n = k.n + EXCLUDED.n
"""
PUT_BACK = """
UPDATE deliveries_delivery SET attempt = attempt - 1,
    status = CASE WHEN answered > 0 THEN 'deferred' ELSE 'queued' END
WHERE status = 'sending'
"""


class Migration(migrations.Migration):
    dependencies = [("deliveries", "0002_batch")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (FILL, COUNT, PUT_BACK)
    ]
