import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sendouts", "0007_found_by"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sendout",
            name="channels",
            field=models.CharField(
                choices=[
                    ("email", "Email only"),
                    ("sms", "SMS only"),
                    ("both", "Email and SMS"),
                    ("sms_without_email", "Email, and SMS only to those without email"),
                    ("email_then_sms", "Email first, later SMS to those whom it did not reach"),
                ],
                default="email",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="sendout",
            name="fallback",
            field=models.CharField(
                blank=True,
                choices=[
                    ("waiting", "Waiting"),
                    ("sent", "Sent"),
                    ("called_off", "Called off"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="sendout",
            name="fallback_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sendout",
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
            model_name="sendout",
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
