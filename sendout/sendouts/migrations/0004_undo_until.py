from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sendouts', '0003_trouble_of_sendout'),
    ]

    operations = [
        migrations.AddField(
            model_name='sendout',
            name='undo_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
