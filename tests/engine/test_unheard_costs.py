"""What a worker took with it when it died is charged when it turns out to have left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.engine import sweep
from sendout.usage.models import Usage
from sendout.usage.prices import put
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


def test_the_texts_of_a_lost_worker_keep_their_price_until_a_receipt_comes(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    put(club, ("sms", "out", "US"), 7)
    person("Ann", phone="+12125550101")
    person("Ben", phone="+12125550102")
    lost = sendout(channels="sms")
    lost.message.sms_text = "x" * 161
    lost.message.save()
    send_now(lost)
    assert len(claim(lost.pk, "sms", 1, 10).claimed) == 2
    now = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS + 1)
    sweep.let_go(now)
    rows = Delivery.objects.order_by("pk")
    facts = ("status", "price", "quoted", "segments", "country")
    assert list(rows.values_list(*facts)) == [("unknown", 0, 14, 2, "US")] * 2
    record([Happening(rows[0].pk, "delivered", now, "test", "1")])
    assert list(rows.values_list(*facts)) == [
        ("delivered", 14, None, 2, "US"),
        ("unknown", 0, 14, 2, "US"),
    ]
    assert [(line.n, line.segments, line.price) for line in Usage.objects.all()] == [(1, 2, 14)]
