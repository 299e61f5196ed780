"""The audience becomes rows, in one transaction, each with a status or a reason."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation
from sendout.deliveries import jobs as deferring
from sendout.deliveries.freeze import forecast, send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.people.models import Group, Participant
from sendout.sendouts.lifecycle import NotPossible
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


def reasons(channel: str) -> dict[str, str]:
    """Give what became of each person by the channel: a skip reason, or empty when queued."""
    rows = Delivery.objects.filter(channel=channel).select_related("participant")
    return {row.participant.first_name: row.skip_reason for row in rows}


def test_skipped_people_are_rows_with_a_reason(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org")
    person("Ben")
    person("Cleo", "cleo@", email_normal="")
    person("Dan", "dan@example.org")
    person("Eve", "ANN@example.org")
    suppress(club, "email", "dan@example.org", "complaint")
    send_now(sendout())
    assert reasons("email") == {
        "Ann": "",
        "Ben": "no_address",
        "Cleo": "invalid_address",
        "Dan": "complaint",
        "Eve": "duplicate",
    }
    assert set(Delivery.objects.values_list("status", flat=True)) == {"queued", "skipped"}


def test_a_family_may_get_one_message_for_each_of_its_members(
    person: MakePerson, sendout: MakeSendOut
):
    person("Mia", "roy@example.org")
    person("Tom", "roy@example.org")
    send_now(sendout(once_per="participant"))
    assert reasons("email") == {"Mia": "", "Tom": ""}


def test_sms_goes_only_to_those_without_email_when_asked(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org", "+15145550101")
    person("Ben", "", "+15145550102")
    person("Cleo", "cleo@", "+15145550103", email_normal="")
    person("Dan", "dan@example.org", "+15145550104")
    suppress(club, "email", "dan@example.org", "bad_email")
    send_now(sendout(channels="sms_without_email"))
    assert reasons("sms") == {"Ben": "", "Cleo": "", "Dan": ""}
    assert reasons("email")["Ann"] == ""


def test_groups_and_picked_people_are_taken_once_each(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    ann, ben, _ = (person(n, f"{n}@example.org") for n in ("Ann", "Ben", "Cleo"))
    beginners = Group.objects.create(organisation=club, name="Tuesday beginners")
    beginners.participants.add(ann, ben)
    closure = sendout(everyone=False)
    closure.groups.add(beginners)
    closure.people.add(ann)
    send_now(closure)
    assert reasons("email") == {"Ann": "", "Ben": ""}


def test_nobody_of_another_organisation_is_ever_reached(
    person: MakePerson, sendout: MakeSendOut, other_club: Organisation
):
    stranger = person("Zoe", "zoe@example.org", organisation=other_club)
    closure = sendout()
    closure.people.add(stranger)
    send_now(closure)
    assert reasons("email") == {}


def test_the_list_of_another_organisation_stops_nobody_here(
    person: MakePerson, sendout: MakeSendOut, other_club: Organisation
):
    person("Ann", "ann@example.org")
    suppress(other_club, "email", "ann@example.org", "complaint")
    send_now(sendout())
    assert reasons("email") == {"Ann": ""}


@pytest.mark.parametrize(
    ("category", "expected"), [("operational", ""), ("marketing", "unsubscribed")]
)
def test_operational_email_cannot_be_unsubscribed_from(
    club: Organisation, person: MakePerson, sendout: MakeSendOut, category: str, expected: str
):
    person("Ann", "ann@example.org")
    suppress(club, "email", "ann@example.org", "unsubscribed")
    send_now(sendout(category=category))
    assert reasons("email") == {"Ann": expected}


def test_one_job_for_each_batch_comes_with_the_rows(
    club: Organisation, sendout: MakeSendOut, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deferring, "BATCH", 500)
    Participant.objects.bulk_create(
        Participant(organisation=club, email=f"p{n}@example.org", email_normal=f"p{n}@example.org")
        for n in range(16201)
    )
    send_now(sendout())
    jobs = ProcrastinateJob.objects.filter(task_name="dispatch_batch").order_by("-priority")
    assert [(job.args["batch"], job.priority) for job in jobs] == [(n, -n) for n in range(1, 34)]
    batches = Counter(Delivery.objects.values_list("batch", flat=True))
    assert batches == dict.fromkeys(range(1, 33), 500) | {33: 201}
    for batch in Batch.objects.all():
        rows = Delivery.objects.filter(batch=batch.ordinal).values_list("pk", flat=True)
        assert (batch.first, batch.last) == (min(rows), max(rows))


def test_a_small_send_out_is_cut_into_parts_that_leave_together(
    club: Organisation, sendout: MakeSendOut
):
    Participant.objects.bulk_create(
        Participant(organisation=club, email=f"p{n}@example.org", email_normal=f"p{n}@example.org")
        for n in range(80)
    )
    send_now(sendout())
    batches = Counter(Delivery.objects.values_list("batch", flat=True))
    assert batches == {1: 25, 2: 25, 3: 25, 4: 5}


def test_urgent_batches_come_before_all_others(person: MakePerson, sendout: MakeSendOut):
    person("Ann", "ann@example.org")
    send_now(sendout())
    send_now(sendout(urgent=True))
    first, second = ProcrastinateJob.objects.order_by("-priority").values_list(
        "priority", flat=True
    )
    assert first > 0 > second


def test_after_a_failure_there_is_nothing(person: MakePerson, sendout: MakeSendOut):
    person("Ann", "ann@example.org")
    closure = sendout()

    @transaction.atomic
    def break_off() -> None:
        send_now(closure)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    closure.refresh_from_db()
    assert closure.state == "draft"
    assert not Delivery.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_send_out_starts_once(person: MakePerson, sendout: MakeSendOut):
    person("Ann", "ann@example.org")
    closure = sendout()
    send_now(closure)
    with pytest.raises(NotPossible, match="being sent already"):
        send_now(closure)
    assert Delivery.objects.count() == 1


def test_an_empty_text_is_not_sent(sendout: MakeSendOut):
    closure = sendout()
    closure.message.body = " "
    with pytest.raises(NotPossible, match="Email text is empty"):
        send_now(closure)


def test_the_forecast_is_what_the_freeze_does(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org", "+15145550101")
    person("Ben", "", "+15145550102")
    person("Cleo", "ann@example.org", "+15145550101")
    suppress(club, "sms", "+15145550102", "admin")
    closure = sendout(channels="both")
    seen = forecast(closure)
    assert seen.by_channel["email"].to_send == 1
    assert seen.by_channel["email"].skipped == {"no_address": 1, "duplicate": 1}
    assert seen.by_channel["sms"].skipped == {"admin": 1, "duplicate": 1}
    send_now(closure)
    assert Delivery.objects.filter(status="queued").count() == seen.to_send
