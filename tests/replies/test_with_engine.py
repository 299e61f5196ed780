"""Replies of the sandbox end to end: who said stop is skipped and not charged from then on."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.core.message.sms import measure
from sendout.core.providers.heard import Incoming
from sendout.deliveries.claim import addresses
from sendout.deliveries.freeze import forecast, send_now
from sendout.deliveries.limit import pause_beyond
from sendout.deliveries.models import Delivery
from sendout.inbound import sandbox
from sendout.people.models import Participant
from sendout.replies import review
from sendout.replies.answering import answer
from sendout.replies.models import ForwardRule, Outgoing, Reply
from sendout.replies.sending import Target, send_to_one
from sendout.replies.taking import take_in
from sendout.senders.models import Foreseen, OutboxCopy, Sender
from sendout.sendouts.lifecycle import NotPossible
from sendout.sendouts.models import Kind, SendOut
from sendout.suppression.entries import suppress
from sendout.suppression.models import Suppression
from sendout.usage.models import Usage
from sendout.usage.prices import put as put_price
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]
PRICE = 14_000
EVE = "+15145550107"


def let_phones_answer() -> None:
    Foreseen.objects.update(due_at=timezone.now())
    sandbox.come_true()


def texts_to(address: str) -> list[str]:
    copies = OutboxCopy.objects.filter(recipient=address).order_by("pk")
    return [bytes(copy.content).decode() for copy in copies]


@pytest.fixture
def family(person: MakePerson) -> dict[str, Participant]:
    numbers = {"Ann": "40", "Ben": "52", "Cid": "63", "Dan": "00"}
    return {name: person(name, phone=f"+151455501{n}") for name, n in numbers.items()}


def test_who_said_stop_is_skipped_and_not_charged_from_then_on(
    family: dict[str, Participant],
    sendout: MakeSendOut,
    sms_sender: Sender,
    run_batches: RunBatches,
    alice: User,
):
    put_price(alice.memberships.get().organisation, ("sms", "out", "CA"), PRICE)
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    asked = {r.delivery.participant.first_name: r.asked for r in Reply.objects.all()}
    assert asked == {"Ann": "reply", "Ben": "stop", "Cid": "review"}
    assert [e.address for e in Suppression.objects.all()] == [family["Ben"].phone]
    second = sendout(channels="sms")
    assert forecast(second).by_channel["sms"].skipped == {"unsubscribed": 1}
    review.put_on_list(Reply.objects.get(review="open"), alice)
    send_now(second)
    run_batches(second)
    rows = Delivery.objects.filter(sendout=second).select_related("participant")
    ends = {row.participant.first_name: (row.status, row.skip_reason, row.price) for row in rows}
    assert ends == {
        "Ann": ("sent", "", PRICE),
        "Ben": ("skipped", "unsubscribed", 0),
        "Cid": ("skipped", "unsubscribed", 0),
        "Dan": ("sent", "", PRICE),
    }
    assert booked(second) == {"campaign": 2 * PRICE}
    assert booked(None) == {"received": 3 * PRICE}


def booked(sendout: SendOut | None) -> dict[str, int]:
    """What a send-out, or what belongs to none, was charged, by kind."""
    rows = Usage.objects.filter(sendout=sendout.pk if sendout else 0)
    return {kind: price for kind, price in rows.values_list("kind", "price") if price}


def test_the_confirmation_leaves_although_the_phone_is_listed(
    family: dict[str, Participant], sendout: MakeSendOut, run_batches: RunBatches
):
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    notice = Outgoing.objects.get(automatic="stop")
    run_batches(notice.sendout)
    notice.delivery.refresh_from_db()
    assert notice.delivery.status == "sent"
    assert texts_to(family["Ben"].phone)[1:] == [
        "Aqua Club: you get no more texts from us. Text START to get them again."
    ]
    let_phones_answer()  # 52 answers everything with STOP
    assert Outgoing.objects.filter(automatic="stop").count() == 1


@pytest.mark.parametrize("reason", ["admin", "bad_number", "complaint"])
def test_a_notice_gives_way_to_every_other_entry(
    family: dict[str, Participant],
    sendout: MakeSendOut,
    run_batches: RunBatches,
    club: Organisation,
    reason: str,
):
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    suppress(club, "sms", family["Ben"].phone, reason)
    Suppression.objects.filter(address=family["Ben"].phone).update(reason=reason)
    notice = Outgoing.objects.get(automatic="stop")
    run_batches(notice.sendout)
    notice.delivery.refresh_from_db()
    assert (notice.delivery.status, notice.delivery.skip_reason) == ("skipped", reason)
    assert notice.delivery.price == 0


def test_an_answer_and_a_forward_leave_as_they_were_written(
    club: Organisation,
    family: dict[str, Participant],
    sendout: MakeSendOut,
    run_batches: RunBatches,
    alice: User,
):
    ForwardRule.objects.create(
        organisation=club,
        name="Office",
        phones=["+15145550103"],
        mailboxes=["deliver@sandbox.test"],
    )
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    reply = Reply.objects.get(asked="reply")
    words = "Yes {{ first_name }}, {{{ see }}} you & <b>Ann</b>"
    made = answer(reply.conversation, words, member=alice)
    sent = [made, *Outgoing.objects.filter(reply=reply)]
    for outgoing in sent:
        run_batches(outgoing.sendout)
    assert texts_to(family["Ann"].phone)[-1] == words
    assert texts_to("+15145550103")[0] == f"Ann +15145550140: {reply.text}"
    copy = OutboxCopy.objects.get(recipient="deliver@sandbox.test")
    mail = message_from_bytes(bytes(copy.content), policy=policy.default)
    assert mail["Subject"] == "SMS from Ann"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert reply.text in mail.get_body(("plain",)).get_content()
    let_phones_answer()
    for outgoing in sent:
        outgoing.delivery.refresh_from_db()
        outgoing.sendout.refresh_from_db()
        assert outgoing.delivery.delivered_at
        assert outgoing.sendout.state == "finished"
    again = Reply.objects.filter(asked="reply").latest("pk")  # 40 answers everything
    assert again.delivery == made.delivery


def test_an_answer_goes_to_the_phone_that_asked_whatever_its_owner_has_now(
    family: dict[str, Participant], sendout: MakeSendOut, run_batches: RunBatches, alice: User
):
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    made = answer(Reply.objects.get(asked="reply").conversation, "Yes", member=alice)
    Participant.objects.filter(first_name="Ann").update(phone="+15145550107")
    assert addresses("sms", [made.delivery_id]) == {made.delivery_id: "+15145550140"}
    run_batches(made.sendout)
    assert "Yes" in texts_to("+15145550140")


def test_one_who_is_no_participant_is_written_to_and_a_deleted_one_is_not(
    family: dict[str, Participant], sendout: MakeSendOut, run_batches: RunBatches
):
    send_now(first := sendout(channels="sms"))
    Participant.objects.filter(first_name="Dan")._raw_delete("default")  # passes over his messages
    run_batches(first)
    assert Delivery.objects.get(skip_reason="deleted").sendout == first
    let_phones_answer()
    conversation = Reply.objects.get(asked="reply").conversation
    made = send_to_one(conversation, Kind.FORWARD, Target("sms", "+15145550103"), "Hello")
    assert addresses("sms", [made.delivery_id]) == {made.delivery_id: "+15145550103"}
    run_batches(made.sendout)
    assert texts_to("+15145550103") == ["Hello"]


def test_what_goes_to_one_is_charged_by_its_kind_and_held_by_the_limit(
    club: Organisation,
    family: dict[str, Participant],
    sendout: MakeSendOut,
    run_batches: RunBatches,
    alice: User,
):
    """A limit stops answers and forwards with a reason; the confirmation of a STOP leaves."""
    put_price(club, ("sms", "out", "CA"), PRICE)
    Organisation.objects.update(stop_words_in_all=True)  # which stands below campaigns alone
    ForwardRule.objects.create(organisation=club, name="Office", phones=["+15145550103"])
    send_now(first := sendout(channels="sms"))
    run_batches(first)
    let_phones_answer()
    reply = Reply.objects.get(asked="reply")
    made = [answer(reply.conversation, "Yes", member=alice), *Outgoing.objects.filter(reply=reply)]
    made += Outgoing.objects.filter(automatic="stop")
    for outgoing in made:
        run_batches(outgoing.sendout)
        segments = measure(texts_to(outgoing.delivery.address)[-1]).segments
        assert booked(outgoing.sendout) == {outgoing.sendout.kind: segments * PRICE}
    assert texts_to(family["Ann"].phone)[-1] == "Yes"
    Organisation.objects.update(spending_limit=1)
    with pytest.raises(NotPossible, match="are left"):
        answer(reply.conversation, "Yes, again", member=alice)
    heard = [Incoming(EVE, "+15145550100", words, words) for words in ("Hi", "STOP")]
    take_in(Sender.objects.get(channel="sms"), heard)
    assert "Not forwarded to +15145550103. It would cost" in Reply.objects.get(text="Hi").trouble
    notice = Outgoing.objects.get(automatic="stop", conversation__phone=EVE)
    pause_beyond(timezone.now())
    run_batches(notice.sendout)
    notice.delivery.refresh_from_db()
    assert notice.delivery.status == "sent"
