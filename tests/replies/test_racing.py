"""Texts that come at the same moment as one another, as a decision, or as the message leaves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.providers.heard import Incoming
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.hold import release
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import record_slice
from sendout.people.models import Participant
from sendout.replies import review
from sendout.replies.models import Conversation, Outgoing, Reply
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression
from tests.deliveries.conftest import MakePerson
from tests.replies.conftest import NUMBER, PHONE, number_of, text, write

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]
ROUNDS = 5


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each on a connection of its own; give what each gave."""
    ready = Barrier(len(steps))

    def go(step: Callable[[], object]) -> object:
        ready.wait()
        try:
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return [each.result() for each in [pool.submit(go, step) for step in steps]]


def test_one_text_told_by_many_connections_is_one_text(number: Sender, ann: Participant):
    write(number)
    for turn in range(ROUNDS):
        heard = [
            Incoming(PHONE, NUMBER, words, f"{turn}-{words}") for words in ("STOP", "Hi", "HELP")
        ]
        told = [partial(take_in, number, heard), partial(take_in, number, heard[::-1])]
        at_once(*told * 3)
        assert Reply.objects.count() == 3 * (turn + 1)
        assert Conversation.objects.get().unread == turn + 1
    assert Suppression.objects.get().evidence == "STOP"
    assert sorted(Outgoing.objects.values_list("automatic", flat=True)) == ["help", "stop"]


def test_a_phone_that_asks_often_at_once_is_answered_once(number: Sender):
    heard = [Incoming(PHONE, NUMBER, "HELP", f"{n}") for n in range(6)]
    asks = [partial(take_in, number, [each]) for each in heard]
    at_once(*asks)
    assert (Reply.objects.count(), Outgoing.objects.count()) == (6, 1)


def test_a_stop_that_comes_while_somebody_decides(number: Sender, ann: Participant, alice: User):
    for turn in range(ROUNDS):
        Suppression.objects.all().delete()
        write(number)
        reply = text(number, "will you please stop this")
        stop = Incoming(PHONE, NUMBER, "STOP", f"stop-{turn}")
        decide = [partial(step, reply, alice) for step in (review.put_on_list, review.dismiss)]
        decided = at_once(*decide, partial(take_in, number, [stop]))
        assert decided.count(True) <= 1
        assert Conversation.objects.get().reviews == 0
        assert Suppression.objects.count() == 1


def test_who_says_stop_while_the_message_leaves_is_skipped_in_the_next_slice(
    club: Organisation, number: Sender, person: MakePerson
):
    phones = {name: f"+151455501{n}" for n, name in enumerate(("Ann", "Ben", "Cid"), 40)}
    for name, phone in phones.items():
        person(name, phone=phone)
    write(number, phones["Cid"])
    sendout = write(number).sendout
    news = SendOut.objects.create(
        organisation=club,
        name="Long",
        message=sendout.message,
        channels="sms",
        everyone=True,
        sms_sender=number,
    )
    send_now(news)
    first = claim(news.pk, "sms", 1, 1)
    assert [row.first_name for row in first.claimed] == ["Ann"]
    text(number, "Arrêt!", phone=phones["Cid"])
    text(number, "STOP", phone=phones["Ann"])  # hers is on its way already
    assert first.hold is not None
    with transaction.atomic():
        release(first.hold, None)
        record_slice(timezone.now(), [(first.claimed[0].id, "ref", 1, 14_000, "CA")], [])
    rest = claim(news.pk, "sms", 1, 10)
    assert [row.first_name for row in rest.claimed] == ["Ben"]
    rows = Delivery.objects.filter(sendout=news).select_related("participant")
    ends = {row.participant.first_name: (row.skip_reason, row.price) for row in rows}
    assert ends == {"Ann": ("", 14_000), "Ben": ("", 0), "Cid": ("unsubscribed", 0)}


def test_a_phone_of_three_people_and_two_organisations_leaves_one(
    club: Organisation, other_club: Organisation, person: MakePerson, number: Sender
):
    """Its STOP is for the organisation that wrote last; all three are skipped there, none here."""
    theirs = number_of(other_club)
    for organisation in (club, other_club):
        for name in ("Ann", "Ben", "Cid"):
            person(name, phone=PHONE, organisation=organisation)
    write(theirs)
    write(number)
    reply = text(theirs, "Stop.")
    assert (reply.organisation, reply.asked) == (club, "stop")
    assert Suppression.objects.get().organisation == club
    ends = {}
    for sender in (number, theirs):
        news = write(sender).sendout
        again = SendOut.objects.create(
            organisation=sender.organisation,
            name="Again",
            message=news.message,
            channels="sms",
            everyone=True,
            once_per="participant",
            sms_sender=sender,
        )
        send_now(again)
        rows = Delivery.objects.filter(sendout=again).order_by("pk")
        ends[sender] = list(rows.values_list("status", "skip_reason"))
    assert ends == {
        number: [("skipped", "unsubscribed")] * 3,
        theirs: [("queued", "")] * 3,
    }
