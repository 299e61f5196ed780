"""What a worker has in hand stands on a batch."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deliveries", "0001_initial"),
        ("sendouts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'Email'), ('sms', 'SMS')], max_length=5)),
                ('ordinal', models.IntegerField()),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('ready', models.BooleanField(db_default=True)),
                ('retry_at', models.DateTimeField(null=True)),
                ('held', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None)),
                ('held_again', models.IntegerField(db_default=0)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('turn', models.IntegerField(db_default=0)),
                ('sendout', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='sendouts.sendout')),
            ],
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('retry_at', None), _negated=True), fields=['retry_at'], name='batch_retry'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(condition=models.Q(('ready', True), models.Q(('held', None), _negated=True), _connector='OR'), fields=['sendout'], name='batch_busy'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('sendout', 'channel', 'ordinal'), name='one_batch_each'),
        ),
    ]
