"""A message again to those who did not open or get it: who is meant, and once only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries.again import (
    WHOM,
    AtNight,
    Counts,
    Seen,
    count,
    foresee,
    foresee_with_first,
    newest,
    send,
    write,
)  # fmt: skip
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


def tell(sendout: SendOut, name: str, *kinds: str, channel: str = "email") -> None:
    """Let these facts be known of one person's delivery."""
    row = Delivery.objects.get(sendout=sendout, participant__first_name=name, channel=channel)
    record([Happening(row.pk, kind, timezone.now(), "test", code="5.1.1") for kind in kinds])


def names(sendout: SendOut, key: str) -> set[str]:
    """Name those who would get it."""
    found = Participant.objects.filter(pk__in=foresee_with_first(sendout, WHOM[key], 50)[1])
    return set(found.values_list("first_name", flat=True))


def seen(sendout: SendOut, key: str) -> Seen:
    return Seen(newest(sendout), foresee(sendout, WHOM[key]).to_send)


def again(sendout: SendOut, key: str, **more: bool) -> SendOut:
    return send(sendout, WHOM[key], seen(sendout, key), None, **more)


@pytest.fixture
def mixed(person: MakePerson, sendout: MakeSendOut, club: Organisation) -> SendOut:
    """Everything that can become of an email, once each."""
    club.quiet_hours = False
    club.save()
    phones = {"Bounced": "+15145550111", "Nowhere": "+15145550112", "Silent": "+15145550113"}
    everybody = (
        "Human", "Machine", "Clicker", "Replier", "Silent", "Bounced", "Late", "Stopped", "Leaver",
    )  # fmt: skip
    for name in everybody:
        person(name, f"{name.lower()}@example.org", phones.get(name, ""))
    person("Nowhere", "", phones["Nowhere"])
    made = sendout(channels="email")
    send_now(made)
    told = {
        "Human": ("accepted", "opened"),
        "Machine": ("accepted", "machine_opened", "machine_clicked"),
        "Clicker": ("accepted", "clicked"),
        "Replier": ("accepted", "replied"),
        "Silent": ("accepted", "delivered"),
        "Bounced": ("accepted", "bounced"),
        "Stopped": ("accepted",),
        "Leaver": ("accepted", "unsubscribed"),
    }
    for name, kinds in told.items():
        tell(made, name, *kinds)
    suppress(club, "email", "stopped@example.org", "admin")
    return made


def test_not_opened_means_no_sign_of_a_person(mixed: SendOut) -> None:
    assert names(mixed, "unopened") == {"Machine", "Silent"}
    reach = foresee(mixed, WHOM["unopened"])
    assert (reach.to_send, reach.skipped) == (2, {"admin": 1})
    assert names(mixed, "unopened-by-sms") == {"Silent"}
    assert count(mixed) == Counts(unopened=3, missed_email=2, missed_sms=0)


def test_those_without_an_email_are_reached_by_the_other_channel(mixed: SendOut) -> None:
    assert names(mixed, "failed-email") == {"Bounced"}
    assert names(mixed, "email-by-sms") == {"Bounced", "Nowhere"}
    made = again(mixed, "email-by-sms")
    assert made.channels == "sms"
    assert made.origin == mixed
    assert set(made.deliveries.values_list("channel", "status")) == {("sms", "queued")}


def test_who_is_written_to_again_is_not_meant_until_it_is_settled(mixed: SendOut) -> None:
    made = again(mixed, "unopened")
    assert names(mixed, "unopened") == set()
    tell(made, "Machine", "accepted")
    tell(made, "Silent", "accepted", "opened")
    assert names(mixed, "unopened") == names(made, "unopened") == {"Machine"}
    third = again(made, "unopened")
    assert third.origin == mixed


def test_who_got_it_by_the_other_channel_has_not_missed_it(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    for name, phone in (("Reached", "+15145550111"), ("Lost", "+15145550112")):
        person(name, f"{name}@example.org", phone)
    made = sendout(channels="both")
    send_now(made)
    for name, kind in (("Reached", "accepted"), ("Lost", "failed")):
        tell(made, name, "bounced")
        tell(made, name, kind, channel="sms")
    assert names(made, "failed-email") == names(made, "failed-sms") == {"Lost"}


def test_the_child_whose_mail_went_to_a_bouncing_family_address_missed_it_too(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    for name, phone in (("Mia", "+15145550111"), ("Tom", "+15145550112")):
        person(name, "family@example.org", phone)
    made = sendout()
    send_now(made)
    tell(made, "Mia", "bounced")
    assert names(made, "email-by-sms") == {"Mia", "Tom"}
    assert foresee(made, WHOM["failed-email"]).skipped == {"duplicate": 1}


def test_whose_outcome_is_unknown_is_written_to_again_when_somebody_says_so(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    for n, name in enumerate(("Ann", "Ben", "Cleo")):
        person(name, phone=f"+1514555010{n}")
    closure = sendout(channels="sms")
    send_now(closure)
    for name in ("Ann", "Ben"):
        row = Delivery.objects.get(sendout=closure, participant__first_name=name)
        record([Happening(row.pk, "unsure", timezone.now(), key="1", attempt=1)])
    tell(closure, "Cleo", "accepted", channel="sms")
    assert count(closure) == Counts(0, 0, 0, 0, unsure_sms=2)
    assert names(closure, "unknown-sms") == {"Ann", "Ben"}
    tell(closure, "Ben", "accepted", "delivered", channel="sms")
    assert names(closure, "unknown-sms") == {"Ann"}
    made = again(closure, "unknown-sms")
    assert count(closure).unsure_sms == 0, "it is on its way"
    tell(made, "Ann", "accepted", channel="sms")
    assert count(closure) == Counts(0, 0, 0)


def test_a_family_phone_gets_one_text(person: MakePerson, sendout: MakeSendOut) -> None:
    for name in ("Mia", "Tom"):
        person(name, f"{name}@example.org", "+15145550111")
    made = sendout()
    send_now(made)
    for name in ("Mia", "Tom"):
        tell(made, name, "bounced")
    reach = foresee(made, WHOM["email-by-sms"])
    assert (reach.to_send, reach.skipped) == (1, {"duplicate": 1})


def test_what_was_shown_is_what_is_sent(mixed: SendOut) -> None:
    before = seen(mixed, "unopened")
    with pytest.raises(NotPossible, match="Meanwhile it would go to 2"):
        send(mixed, WHOM["unopened"], Seen(0, 1), None)
    tell(mixed, "Silent", "opened")
    assert (
        send(mixed, WHOM["unopened"], before, None).deliveries.filter(status="queued").count() == 1
    )
    with pytest.raises(NotPossible, match="sent again meanwhile"):
        send(mixed, WHOM["email-by-sms"], before, None)
    assert SendOut.objects.count() == 2


def test_the_night_is_asked_about_and_nothing_is_left_behind(
    mixed: SendOut, club: Organisation
) -> None:
    club.quiet_hours, club.quiet_from, club.quiet_until = True, "00:00", "23:59"
    club.save()
    mixed.refresh_from_db()
    with pytest.raises(AtNight):
        again(mixed, "email-by-sms")
    assert SendOut.objects.count() == 1
    assert again(mixed, "email-by-sms", at_night=True).state == "running"


def test_a_draft_has_words_of_its_own(mixed: SendOut) -> None:
    draft = write(mixed, WHOM["unopened"], None)
    assert draft.state == "draft"
    assert draft.message_id != mixed.message_id
    assert draft.message.body == mixed.message.body
    draft.message.subject = "Did you see this?"
    draft.message.save()
    again_of_draft = SendOut.objects.get(pk=draft.pk)
    send_now(again_of_draft)
    for name in ("Machine", "Silent"):
        tell(again_of_draft, name, "accepted")
    assert again(again_of_draft, "unopened").message == draft.message


def test_who_got_it_at_a_shared_address_has_not_missed_it(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    """Of two with one phone one is written to; the email of the other one comes back."""
    person("Mia", "mia@example.org", "+15145550111")
    person("Tom", "tom@example.org", "+15145550111")
    made = sendout(channels="both", once_per="address")
    send_now(made)
    tell(made, "Mia", "accepted", "delivered")
    tell(made, "Tom", "bounced")
    tell(made, "Mia", "accepted", "delivered", channel="sms")
    assert Delivery.objects.get(participant__first_name="Tom", channel="sms").skip_reason == (
        "duplicate"
    )
    assert names(made, "email-by-sms") == set()
    assert count(made).missed_email == 0


def test_who_shares_an_address_that_failed_has_missed_it(
    person: MakePerson, sendout: MakeSendOut
) -> None:
    person("Mia", "mia@example.org", "+15145550111")
    person("Tom", "", "+15145550111")
    made = sendout(channels="both", once_per="address")
    send_now(made)
    tell(made, "Mia", "accepted", "delivered")
    tell(made, "Mia", "bounced", channel="sms")
    assert names(made, "failed-sms") == {"Tom"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_sends(mixed: SendOut) -> None:
    shown = seen(mixed, "unopened")
    barrier = Barrier(2)

    def press(_: int) -> bool:
        barrier.wait()
        try:
            send(SendOut.objects.get(pk=mixed.pk), WHOM["unopened"], shown, None)
        except NotPossible:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [False, True]
    assert SendOut.objects.count() == 2


def nested(node: dict[str, Any]) -> list[str]:
    """Name what a plan goes through again for each row of something else."""
    parts = node.get("Plans", [])
    inner = [parts[1]["Node Type"]] if node["Node Type"] == "Nested Loop" else []
    return inner + [name for part in parts for name in nested(part)]


@pytest.mark.parametrize("key", WHOM)
def test_no_list_is_gone_through_for_each_person(mixed: SendOut, key: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        foresee(mixed, WHOM[key])
    [statement] = [each["sql"] for each in asked if "planned" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        [[[explained]]] = cursor.fetchall()
    assert not {name for name in nested(explained["Plan"]) if name == "CTE Scan"}
