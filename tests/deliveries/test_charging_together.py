"""Many who charge the same send-out at the same time: nobody waits in a circle, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries import record as record_module
from sendout.deliveries.accept import Accepted
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record, record_slice
from sendout.usage.ledger import charge
from sendout.usage.models import Usage
from sendout.usage.prices import put
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, SLICE, RECEIVED = 240, 12, 40
COUNTRIES = ("CA", "US", "")
LONGEST = 60.0  # seconds


def deadlocks() -> int:
    """Give how often PostgreSQL had to end a circle of those who wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def cost(pk: int) -> tuple[int, int, str]:
    return 1, 1_000 + pk % 7, COUNTRIES[pk % 3]


def accept_slices(ids: list[int]) -> None:
    """Settle slice after slice, as workers do: most at their first try, some later."""
    for first in range(0, len(ids), SLICE):
        now, part = timezone.now(), ids[first : first + SLICE]
        late = [pk for pk in part if pk % 5 == 0]
        with transaction.atomic():
            record_slice(
                now,
                [(pk, f"ref-{pk}", *cost(pk)) for pk in part if pk % 5],
                [_late(pk, now) for pk in late],
            )


def _late(pk: int, now: datetime) -> Happening:
    segments, price, country = cost(pk)
    told = {"segments": segments, "price": price, "country": country}
    return Happening(pk, "accepted", now, attempt=2, **told)  # type: ignore[arg-type]


def tell_receipts(ids: list[int]) -> None:
    """Tell of arrivals in groups, before and after the acceptances of the same rows."""
    for first in range(0, len(ids), SLICE):
        now = timezone.now()
        part = ids[first : first + SLICE]
        record([Happening(pk, "delivered", now, "test", "1") for pk in reversed(part)], now)


def receive(club: Organisation) -> None:
    for n in range(RECEIVED):
        with transaction.atomic():
            charge(club, ("+15145550100", "+12125550100")[n % 2], 1, timezone.now())


def together(*tasks: Callable[[], None]) -> None:
    """Do all of it at the same time, and raise what any of them raised."""
    begin = threading.Barrier(len(tasks))

    def perform(task: Callable[[], None]) -> None:
        begin.wait(LONGEST)
        try:
            task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(perform, task) for task in tasks]:
            done.result(LONGEST)


def test_workers_and_receipts_on_one_ledger_row_never_wait_in_a_circle(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    put(club, ("sms", "in", ""), 5_000)
    for n in range(PEOPLE):
        person(f"Swimmer {n}", phone=f"+1514555{n:04}")
    send_now(sendout(channels="sms"))
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    before = deadlocks()
    together(
        lambda: accept_slices(ids[::2]),
        lambda: accept_slices(ids[1::2]),
        lambda: tell_receipts(ids),
        lambda: receive(club),
        lambda: receive(club),
    )
    assert deadlocks() == before
    assert sum(Delivery.objects.values_list("price", flat=True)) == sum(cost(pk)[1] for pk in ids)
    received = Usage.objects.filter(kind="received").values_list("country", "n", "price")
    assert sorted(received) == [("CA", RECEIVED, 200_000), ("US", RECEIVED, 200_000)]


def test_a_slice_with_unknown_ones_and_receipts_never_wait_in_a_circle(
    person: MakePerson, sendout: MakeSendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        person(f"Swimmer {n}", phone=f"+1514555010{n}")
    send_now(sendout(channels="sms"))
    lost, taken, arrived, found = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    now = timezone.now()
    record(
        [
            Happening(arrived, "accepted", now, attempt=1),
            Happening(found, "unsure", now, key="1", attempt=1),
        ],
        now,
    )
    first_half, real, before = threading.Event(), record_module.accept, deadlocks()

    def accept(at: datetime, rows: Sequence[Accepted]) -> list[Accepted]:
        first_half.set()
        time.sleep(0.5)  # long enough for the receipts to lock what they can
        return real(at, rows)

    def settle() -> None:
        with transaction.atomic():
            unsure = Happening(lost, "unsure", now, key="1", attempt=1)
            record_slice(now, [(taken, "ref", 1, 0, "CA")], [unsure])

    def receipts() -> None:
        first_half.wait(LONGEST)
        record([Happening(pk, "delivered", now, "test", "1") for pk in (arrived, found)], now)

    monkeypatch.setattr(record_module, "accept", accept)
    together(settle, receipts)
    assert deadlocks() == before
    statuses = dict(Delivery.objects.values_list("pk", "status"))
    assert statuses == {lost: "unknown", taken: "sent", arrived: "delivered", found: "delivered"}


def test_slices_of_every_kind_of_answer_never_wait_in_a_circle(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    for n in range(PEOPLE):
        person(f"Swimmer {n}", phone=f"+1514555{n:04}")
    send_now(sendout(channels="sms"))
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    before = deadlocks()

    def settle(mine: list[int]) -> None:
        for first in range(0, len(mine), SLICE - 1):
            now, part = timezone.now(), mine[first : first + SLICE - 1]
            kinds = ("unsure", "deferred", "failed")
            others = [
                Happening(
                    pk, kinds[n], now, key="1", attempt=1, next_try_at=now if n == 1 else None
                )
                for n, pk in enumerate(part[:3])
            ]
            with transaction.atomic():
                accepted = [(pk, "", 1, 0, "CA") for pk in part[3:]]
                record_slice(now, accepted if first % 2 else [], others)

    workers = [partial(settle, ids[n::6]) for n in range(6)]
    together(*workers, lambda: tell_receipts(ids[3:]), lambda: tell_receipts(ids[:3]))
    assert deadlocks() == before
