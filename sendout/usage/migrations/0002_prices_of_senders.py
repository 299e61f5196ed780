"""The price that stood on a sender becomes its organisation's: that of the default sender, if any."""

from django.db import migrations


def take_over(apps, schema_editor):
    """Write a line for each channel whose sender had a price."""
    price_of = {}
    senders = apps.get_model("senders", "Sender").objects.filter(unit_price__gt=0)
    for sender in senders.order_by("is_default", "-pk"):
        price_of[sender.organisation_id, sender.channel] = sender.unit_price
    lines = apps.get_model("usage", "Price")
    lines.objects.bulk_create(
        lines(organisation_id=organisation, channel=channel, direction="out", price=price)
        for (organisation, channel), price in price_of.items()
    )


class Migration(migrations.Migration):
    dependencies = [("usage", "0001_prices_and_usage"), ("senders", "0007_pool_and_warmup")]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
