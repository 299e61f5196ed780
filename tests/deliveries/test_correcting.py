"""A wrong address is corrected for those who are chosen, and what they missed is sent again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.addresses import Email, Phone, read_email, read_phone
from sendout.deliveries.correcting import Wrong, correct, wrong_address
from sendout.deliveries.freeze import send_now
from sendout.deliveries.missed import Missed, Search, find_missed, resend
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.inbound.facts import Report, take_in
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import SendOut, State
from sendout.suppression.entries import find, stops, suppress
from sendout.suppression.models import Lifted, Reason
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "ann@gmial.example", "ann@gmail.example"
NO_SUCH_USER = {"code": "5.1.1", "text": "550 5.1.1 no such user"}
Send = Callable[..., SendOut]


def right(address: str = RIGHT) -> Email | Phone:
    found = read_email(address) if "@" in address else read_phone(address, "CA")
    assert found is not None
    return found


def long_ago() -> datetime:
    return timezone.now() - timedelta(days=30)


@pytest.fixture
def send(sendout: MakeSendOut) -> Send:
    """Send to everybody; these addresses bounce, everything else arrives."""

    def sent(*bouncing: str, **fields: object) -> SendOut:
        made = sendout(**fields)
        send_now(made)
        settle(made, *bouncing)
        return made

    return sent


def settle(sendout: SendOut, *bouncing: str) -> None:
    now = timezone.now()
    for row in Delivery.objects.filter(sendout=sendout, status="queued"):
        if row.address in bouncing:
            take_in([Report(row.pk, "bounced", now, "test", "1", **NO_SUCH_USER)])
        else:
            record([Happening(row.pk, "accepted", now, "test")])


def search(club: Organisation, *people: Participant, channel: str = "email") -> Search:
    return Search(club, tuple(p.pk for p in people), channel, long_ago())


def all_missed(club: Organisation, *people: Participant) -> list[Missed]:
    return find_missed(search(club, *people))


def missed(club: Organisation, *people: Participant) -> list[SendOut]:
    return [each.sendout for each in all_missed(club, *people)]


def send_again(club: Organisation, *people: Participant, channel: str = "email") -> list[SendOut]:
    """Send everything again that they missed."""
    wanted = search(club, *people, channel=channel)
    return resend(wanted, [each.sendout.pk for each in find_missed(wanted)], None)


def test_a_bounce_is_corrected_and_what_was_missed_goes_to_the_right_address(
    club: Organisation, alice: User, person: MakePerson, send: Send
) -> None:
    ann, bert = person("Ann", WRONG), person("Bert", "bert@example.org")
    first = send(WRONG)
    second = send()  # skipped for her: she is on the list by now
    assert stops(club, "email", WRONG, "operational") == "bad_email"

    done = correct(wrong_address(ann, "email"), [ann.pk], right(), alice, "called her")
    assert (done.changed, done.left, done.lifted) == ([ann], [], True)
    ann.refresh_from_db()
    assert (ann.email, ann.email_normal) == (RIGHT, RIGHT)
    assert stops(club, "email", WRONG, "operational") is None
    kept = Lifted.objects.get()
    assert (kept.why, kept.lifted_by) == (f"Corrected to {RIGHT}: called her", alice)

    found = all_missed(club, ann, bert)
    assert [(each.sendout, each.people) for each in found] == [
        (second, [ann.pk]),
        (first, [ann.pk]),
    ]
    again = resend(search(club, ann), [first.pk], alice)
    assert [(each.origin, each.message, each.state) for each in again] == [
        (first, first.message, State.RUNNING)
    ]
    [row] = Delivery.objects.filter(sendout=again[0])
    assert (row.participant, row.address, row.status) == (ann, RIGHT, "queued")
    assert missed(club, ann) == [second]


def test_a_family_shares_a_wrong_address_and_only_the_chosen_are_changed(
    club: Organisation, person: MakePerson
) -> None:
    ann, bert = person("Ann", WRONG), person("Bert", WRONG)
    suppress(club, "email", WRONG, Reason.BAD_EMAIL)
    done = correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    assert (done.changed, done.left, done.lifted) == ([ann], [bert], False)
    assert stops(club, "email", WRONG, "operational") == "bad_email"
    done = correct(wrong_address(bert, "email"), [bert.pk], right(), None)
    assert (done.left, done.lifted) == ([], True)


def test_a_duplicate_missed_what_failed_for_the_one_who_was_written_to(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann, bert, carl = person("Ann", WRONG), person("Bert", WRONG), person("Carl", "c@example.org")
    dora = person("Dora", "c@example.org")
    first = send(WRONG)
    assert missed(club, ann) == missed(club, bert) == [first]
    assert missed(club, carl) == missed(club, dora) == []
    correct(wrong_address(ann, "email"), [ann.pk, bert.pk], right(), None)
    [again] = send_again(club, ann, bert)
    found = Delivery.objects.filter(sendout=again).order_by("participant")
    assert [(row.status, row.skip_reason) for row in found] == [
        ("queued", ""),
        ("skipped", "duplicate"),
    ]


def test_a_repeat_that_fails_too_is_missed_once_and_repeated_from_the_first(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", WRONG)
    first = send(WRONG)
    correct(wrong_address(ann, "email"), [ann.pk], right("ann@worse.example"), None)
    [again] = send_again(club, ann)
    settle(again, "ann@worse.example")
    assert missed(club, ann) == [first]
    ann.refresh_from_db()
    correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    [third] = send_again(club, ann)
    assert (third.origin, third.name) == (first, f"{first.name} (resent)")
    settle(third)
    assert missed(club, ann) == []


def test_what_arrived_by_another_channel_is_told(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", WRONG, "+15145550101")
    send(WRONG, channels="both")
    [found] = all_missed(club, ann)
    assert found.otherwise == [ann.pk]


@pytest.mark.parametrize("typed", ["", "ann@"])
def test_an_address_that_was_none_is_made_one(
    club: Organisation, person: MakePerson, send: Send, typed: str
) -> None:
    ann, bert = person("Ann", typed, email_normal=""), person("Bert", "b@example.org")
    first = send()
    done = correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    assert (done.changed, done.lifted) == ([ann], False)
    assert missed(club, ann, bert) == [first]


def test_a_number_is_corrected_like_an_address(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", "", "+15145550101")
    suppress(club, "sms", "+15145550101", Reason.BAD_NUMBER)
    first = send(channels="sms")
    done = correct(wrong_address(ann, "sms"), [ann.pk], right("514 555-0102"), None)
    assert done.lifted
    ann.refresh_from_db()
    assert (ann.phone_typed, ann.phone) == ("514 555-0102", "+15145550102")
    [again] = send_again(club, ann, channel="sms")
    assert (again.origin, again.channels) == (first, "sms")


def test_what_its_reader_asked_for_is_not_lifted_by_a_correction(
    club: Organisation, person: MakePerson
) -> None:
    ann = person("Ann", WRONG)
    suppress(club, "email", WRONG, Reason.UNSUBSCRIBED)
    done = correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    assert not done.lifted
    assert [entry.reason for entry in find(club, "email", WRONG)] == ["unsubscribed"]


def test_a_late_bounce_of_the_old_address_does_not_stop_the_new_one(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", WRONG)
    row = Delivery.objects.get(sendout=send())
    correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    take_in([Report(row.pk, "bounced", timezone.now(), "test", "1", **NO_SUCH_USER)])
    assert stops(club, "email", RIGHT, "operational") is None
    assert stops(club, "email", WRONG, "operational") == "bad_email"


def test_what_still_waits_goes_to_the_right_address(
    club: Organisation, person: MakePerson, sendout: MakeSendOut
) -> None:
    ann, bert = person("Ann", WRONG), person("Bert", "bert@example.org")
    made = sendout()
    send_now(made)
    correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    rows = Delivery.objects.filter(sendout=made)
    assert dict(rows.values_list("participant", "address")) == {
        ann.pk: RIGHT,
        bert.pk: "bert@example.org",
    }


def test_a_stopped_send_out_and_an_old_one_were_not_missed(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", WRONG)
    stopped = send(WRONG)
    SendOut.objects.filter(pk=stopped.pk).update(state=State.CANCELLED)
    old = send(WRONG)
    Delivery.objects.filter(sendout=old).update(created_at=long_ago() - timedelta(days=1))
    assert missed(club, ann) == []


def test_nothing_is_sent_again_when_one_of_them_cannot_leave(
    club: Organisation, person: MakePerson, send: Send, email_sender: Sender
) -> None:
    ann = person("Ann", WRONG)
    send(WRONG)
    Sender.objects.update(active=False)
    with pytest.raises(NotPossible, match="Choose a sender"):
        send_again(club, ann)
    assert SendOut.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_the_same_time_one_sends(
    club: Organisation, person: MakePerson, send: Send
) -> None:
    ann = person("Ann", WRONG)
    first = send(WRONG)
    correct(wrong_address(ann, "email"), [ann.pk], right(), None)
    both = Barrier(2)

    def press() -> int:
        both.wait()
        try:
            return len(resend(search(club, ann), [first.pk], None))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(press) for _ in range(2)]
        assert sorted(each.result() for each in sent) == [0, 1]
    assert SendOut.objects.filter(origin=first).count() == 1


def test_charlies_people_and_messages_stay_out_of_it(
    club: Organisation, other_club: Organisation, person: MakePerson, send: Send
) -> None:
    ann, charlies = person("Ann", WRONG), person("Zoe", WRONG, organisation=other_club)
    send(WRONG)
    assert missed(other_club, ann, charlies) == []
    wrong = Wrong(other_club, "email", WRONG, WRONG)
    done = correct(wrong, [ann.pk, charlies.pk], right(), None)
    assert done.changed == [charlies]
    ann.refresh_from_db()
    assert ann.email == WRONG
