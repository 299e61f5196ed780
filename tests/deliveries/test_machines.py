"""What machines alone have opened is counted apart."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.deliveries import machines
from sendout.deliveries.freeze import send_now
from sendout.deliveries.machines import opened_by_machines
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut

NOW = timezone.now()


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for n in range(4):
        person("Ann", f"ann{n}@example.org")
    closure: SendOut = sendout()
    send_now(closure)
    return closure


def test_machines_count_until_a_person_comes(started: SendOut) -> None:
    rows = list(Delivery.objects.values_list("pk", flat=True))
    record(Happening(row, "machine_opened", NOW, "test") for row in rows[:3])
    assert opened_by_machines(started.pk) == 3
    record([Happening(rows[0], "opened", NOW, "test"), Happening(rows[3], "opened", NOW, "test")])
    assert opened_by_machines(started.pk) == 2


def test_another_send_out_s_machines_are_not_among_them(
    started: SendOut, sendout: MakeSendOut
) -> None:
    record(Happening(row.pk, "machine_opened", NOW, "test") for row in Delivery.objects.all())
    assert opened_by_machines(sendout().pk) == 0


def test_counting_ends_where_nobody_looks_any_more(
    started: SendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(Happening(row.pk, "machine_opened", NOW, "test") for row in Delivery.objects.all())
    monkeypatch.setattr(machines, "COUNT", machines.COUNT.replace("LIMIT 10001", "LIMIT 3"))
    assert opened_by_machines(started.pk) == 3
