"""Find the words of emails in blocks; a generated column cannot be changed, so it is made anew."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

import sendout.finding.expressions


class Migration(migrations.Migration):

    dependencies = [("compose", "0008_files_as_links")]

    operations = [
        migrations.RemoveIndex("message", "message_words"),
        migrations.RemoveField("message", "words"),
        migrations.AddField(
            "message",
            "words",
            models.GeneratedField(
                db_persist=True,
                expression=sendout.finding.expressions.Words(
                    "subject",
                    "sms_text",
                    "text",
                    models.Case(
                        models.When(
                            body_format="blocks",
                            then=sendout.finding.expressions.InBlocks("blocks"),
                        ),
                        default="body",
                    ),
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            "message",
            django.contrib.postgres.indexes.GinIndex(fields=["words"], name="message_words"),
        ),
    ]
