from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sendouts', '0002_origin_of_resends'),
    ]

    operations = [
        migrations.AddField(
            model_name='sendout',
            name='undo_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
