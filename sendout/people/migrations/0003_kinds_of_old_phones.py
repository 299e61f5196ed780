"""Say of the numbers that are there already which of them receive no texts."""

from collections import defaultdict

from django.db import migrations

from sendout.core.addresses import phone_kind

AT_A_TIME = 5_000


def find_kinds(apps, schema_editor):
    people = apps.get_model("people", "Participant").objects
    numbers = people.exclude(phone="").values_list("phone", flat=True).order_by("phone").distinct()
    kinds = defaultdict(list)
    for number in numbers.iterator(chunk_size=AT_A_TIME):
        kinds[phone_kind(number)].append(number)
    kinds.pop("", None)
    for kind, found in kinds.items():
        for start in range(0, len(found), AT_A_TIME):
            people.filter(phone__in=found[start : start + AT_A_TIME]).update(phone_kind=kind)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_phone_kind"),
    ]

    operations = [
        migrations.RunPython(find_kinds, migrations.RunPython.noop),
    ]
