import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sendouts", "0011_local_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="template",
            name="fallback_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=60,
                default=60,
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(10080),
                ],
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="fallback_to",
            field=models.CharField(
                choices=[
                    ("not_arrived", "whose email did not arrive"),
                    (
                        "not_opened",
                        "whose email did not arrive or was not opened by a person",
                    ),
                ],
                db_default="not_arrived",
                default="not_arrived",
                max_length=11,
            ),
        ),
    ]
