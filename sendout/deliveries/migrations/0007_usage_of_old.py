"""What was charged before there was a ledger, by the day of its acceptance.

The country of those texts was not kept: they stand under that of all others.
"""

from __future__ import annotations

from django.db import migrations

FILL = """
INSERT INTO usage_usage
    (organisation_id, day, kind, channel, country, sendout, n, segments, price)
SELECT d.organisation_id, (COALESCE(d.accepted_at, d.delivered_at, d.opened_at, d.clicked_at,
        d.replied_at, d.complained_at) AT TIME ZONE o.timezone)::date AS day,
    'campaign', d.channel, '', d.sendout_id, count(*), sum(d.segments), sum(d.price)
FROM deliveries_delivery d JOIN accounts_organisation o ON o.id = d.organisation_id
WHERE (d.segments > 0 OR d.price > 0) AND COALESCE(d.accepted_at, d.delivered_at, d.opened_at,
    d.clicked_at, d.replied_at, d.complained_at) IS NOT NULL
GROUP BY d.organisation_id, day, d.channel, d.sendout_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0006_country_and_quote"),
        ("usage", "0001_prices_and_usage"),
        ("accounts", "0004_currency_and_limit"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
