import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_currency_and_limit'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='undo_seconds',
            field=models.PositiveSmallIntegerField(db_default=20, default=20, validators=[django.core.validators.MaxValueValidator(120)]),
        ),
    ]
