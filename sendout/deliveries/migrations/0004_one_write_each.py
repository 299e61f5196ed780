"""A delivery's row is written once by its answer, without touching an index."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0003_batches_of_old"),
        ("people", "0001_initial"),
        ("senders", "0003_sender_down_since"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_status',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_open',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_retry',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_in_hand',
        ),
        migrations.RemoveField(
            model_name='delivery',
            name='claimed_at',
        ),
        migrations.AlterField(
            model_name='delivery',
            name='organisation',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.organisation'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='participant',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='people.participant'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='sender',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to='senders.sender'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='sendout',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='sendouts.sendout'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['sendout', 'channel', 'id'], name='delivery_listed'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('unsure__gt', 0)), fields=['sendout', 'channel', 'id'], name='delivery_unsure'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('deferred_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_deferred'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('delivered_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_delivered'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('opened_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_opened'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('clicked_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_clicked'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('replied_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_replied'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_bounced'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('complained_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_complained'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('failed_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_failed'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('skipped_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_skipped'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('cancelled_at__isnull', False)), fields=['sendout', 'channel', 'id'], name='delivery_cancelled'),
        ),
        # Room on each page for the new version of its rows.
        migrations.RunSQL(
            "ALTER TABLE deliveries_delivery SET (fillfactor = 50)",
            "ALTER TABLE deliveries_delivery RESET (fillfactor)",
        ),
    ]
