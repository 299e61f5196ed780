"""Find what only machines have opened, without reading a send-out's deliveries.

The index is on the deliveries, but only what the tracking door learns goes into it.
"""

from django.db import migrations

MAKE = """
CREATE INDEX IF NOT EXISTS delivery_machines ON deliveries_delivery (sendout_id)
WHERE machine_opened_at IS NOT NULL AND opened_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0001_hit'),
        ('deliveries', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(MAKE, 'DROP INDEX IF EXISTS delivery_machines'),
    ]
