from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sendouts", "0010_pattern"),
    ]

    operations = [
        migrations.AddField(
            model_name="sendout",
            name="local_time",
            field=models.CharField(blank=True, db_default="", default="", max_length=16),
        ),
    ]
