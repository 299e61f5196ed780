"""A send-out by each recipient's clock: who gets it when, and that nobody gets it before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation
from sendout.deliveries import steer
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.quiet import night_of
from sendout.deliveries.zones import leavings, still_to_come
from sendout.engine import sweep
from sendout.sendouts import lifecycle
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
ZONES = {"Hal": "America/Halifax", "Van": "America/Vancouver", "Own": "", "Odd": "Mars/Phobos"}


@pytest.fixture
def everywhere(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    """Four people from Halifax to Vancouver, for a club in Toronto."""
    for n, (name, zone) in enumerate(ZONES.items()):
        fields = {"Timezone": zone} if zone else {}
        person(name, f"{name.lower()}@example.org", f"+1514555020{n}", fields=fields)
    return sendout(channels="both")


def names(sendout: SendOut, *, ready: bool) -> set[str]:
    """Name those whose email may leave, or waits for its time."""
    found = set()
    for batch in Batch.objects.filter(sendout=sendout, channel="email", ready=ready):
        rows = Delivery.objects.filter(sendout=sendout, channel="email", batch=batch.ordinal)
        found |= set(rows.values_list("participant__first_name", flat=True))
    return found


def jobs(sendout: SendOut) -> int:
    return ProcrastinateJob.objects.filter(args__sendout=sendout.pk, args__channel="email").count()


def test_each_zone_has_its_moment_and_who_has_none_that_of_the_club(everywhere: SendOut) -> None:
    found = leavings(everywhere, datetime.fromisoformat("2027-01-15T18:00"))
    assert [(one.at.hour, one.told, one.messages) for one in found.each] == [
        (22, "America/Halifax", 2),
        (23, "", 2),
        (23, "Mars/Phobos", 2),
        (2, "America/Vancouver", 2),
    ]
    assert found.unknown == ["Mars/Phobos"]


@pytest.mark.parametrize(
    ("zone", "local", "at"),
    [
        ("America/Toronto", "2026-03-08T02:30", "2026-03-08T07:30Z"),
        ("America/Toronto", "2026-11-01T02:30", "2026-11-01T07:30Z"),
        ("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30Z"),
        ("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30Z"),
    ],
)
def test_times_that_clocks_skip_or_show_twice_are_read_as_on_every_schedule(
    person: MakePerson, sendout: MakeSendOut, zone: str, local: str, at: str
) -> None:
    person("Ann", "ann@example.org", fields={"timezone": zone})
    found = leavings(sendout(), datetime.fromisoformat(local))
    assert found.first.at == datetime.fromisoformat(at)


def test_a_zone_waits_for_its_time_and_nobody_of_it_is_claimed_before(
    club: Organisation, everywhere: SendOut
) -> None:
    here = timezone.now().astimezone(club.zone) - timedelta(minutes=1)
    local = f"{here:%Y-%m-%dT%H:%M}"
    lifecycle.schedule(everywhere, timezone.now() + timedelta(seconds=1), local)
    SendOut.objects.update(scheduled_for=timezone.now())
    sweep.tick(timezone.now())
    assert names(everywhere, ready=True) == {"Hal", "Own", "Odd"}
    assert names(everywhere, ready=False) == {"Van"}
    begun = jobs(everywhere)
    assert begun == Batch.objects.filter(sendout=everywhere, channel="email", ready=True).count()
    waits = still_to_come(everywhere.pk, "email", timezone.now())
    assert waits is not None
    assert timedelta(hours=2, minutes=57) < waits[1] - timezone.now() < timedelta(hours=3)

    everywhere.refresh_from_db()
    lifecycle.pause(everywhere)
    steer.resume(everywhere)
    sweep.tidy(timezone.now())
    assert names(everywhere, ready=False) == {"Van"}, "nothing wakes it before its time"
    Batch.objects.filter(ready=False).update(retry_at=timezone.now() - timedelta(hours=1))
    sweep.tick(timezone.now())
    assert names(everywhere, ready=True) == set(ZONES)
    assert jobs(everywhere) > begun


def test_who_waits_for_their_time_is_cancelled_like_all_others(
    club: Organisation, everywhere: SendOut
) -> None:
    local = f"{timezone.now().astimezone(club.zone) + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    SendOut.objects.update(local_time=local)
    everywhere.refresh_from_db()
    send_now(everywhere)
    assert names(everywhere, ready=True) == set()
    assert steer.cancel(everywhere) == 8
    assert still_to_come(everywhere.pk, "email", timezone.now()) is None
    assert set(everywhere.deliveries.values_list("status", flat=True)) == {"cancelled"}


def test_by_their_own_clocks_it_is_night_for_nobody_at_six(
    club: Organisation, everywhere: SendOut
) -> None:
    club.quiet_hours = True
    club.save()
    at = datetime(2027, 1, 15, 11, tzinfo=UTC)  # 6:00 in Toronto
    everywhere.organisation.refresh_from_db()
    assert night_of(everywhere, at) is not None
    everywhere.local_time = "2027-01-15T18:00"
    assert night_of(everywhere, at) is None
    everywhere.local_time = "2027-01-15T06:00"
    night = night_of(everywhere, at)
    assert night is not None
    assert night.people == 4
