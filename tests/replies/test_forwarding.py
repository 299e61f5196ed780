"""Replies go on to the staff, and what the staff texts back goes to the family, masked."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation, User
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Group, Participant
from sendout.replies.answering import Refused, answer
from sendout.replies.forwarding import MOST_AN_HOUR
from sendout.replies.models import Conversation, ForwardRule, Outgoing, Reply
from sendout.replies.relaying import MOST_AN_HOUR as MOST_HANDED_ON
from sendout.replies.wording import conversation_url
from sendout.senders.models import Sender
from sendout.sendouts.lifecycle import NotPossible
from sendout.suppression.entries import suppress
from sendout.suppression.models import Suppression
from tests.replies.conftest import PHONE, number_of, text, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law_of_counts")]

STAFF, COACH = "+15145550103", "+15145550104"


def rule(club: Organisation, name: str = "Office", **fields: object) -> ForwardRule:
    if not fields.keys() & {"phones", "mailboxes"}:
        fields["phones"] = [STAFF]
    return ForwardRule.objects.create(organisation=club, name=name, **fields)


def closed_now(club: Organisation) -> dict[str, object]:
    """Give hours in which the office is closed at this moment, and opens in two days."""
    today = timezone.now().astimezone(club.zone).weekday()
    return {"days": [(today + 2) % 7], "opens": time(9), "closes": time(17)}


def copies(kind: str = "forward") -> dict[str, str]:
    """What went to whom."""
    rows = Delivery.objects.filter(sendout__kind=kind).select_related("sendout__message")
    return {row.address: said(row) for row in rows}


def said(row: Delivery) -> str:
    message = row.sendout.message
    return message.sms_text or f"{message.subject}: {message.body}"


def arrives(row: Delivery) -> None:
    """The provider takes a message that waits."""
    record([Happening(row.pk, "accepted", timezone.now(), attempt=1, segments=1)])


def forwarded(number: Sender, words: str = "Is Tuesday on?") -> Delivery:
    """Have a family's reply forwarded to the staff's phone."""
    reply = text(number, words)
    row = Delivery.objects.get(outgoing__reply=reply, address=STAFF)
    arrives(row)
    return row


def test_a_reply_goes_to_phones_and_mailboxes(
    number: Sender, club: Organisation, ann, email_sender
):
    rule(club, phones=[STAFF, COACH], mailboxes=["office@club.example"])
    write(number)
    reply = text(number, "Is <b>Tuesday</b> on? {{ first_name }}")
    sent = copies()
    mail = sent.pop("office@club.example")
    words = f"Ann Roy {PHONE}: Is <b>Tuesday</b> on? {{{{·|{{}}}}{{{{·|{{}}}} first_name }}}}"
    assert sent == {STAFF: words, COACH: words}
    assert mail.startswith("SMS from Ann Roy: <blockquote><p>Is &lt;b&gt;Tuesday&lt;/b&gt; on?")
    assert conversation_url(club, reply.conversation_id) in mail
    assert Outgoing.objects.filter(reply=reply, conversation=reply.conversation).count() == 3
    rows = Delivery.objects.filter(sendout__kind="forward")
    assert not rows.exclude(participant=None).exists()
    assert {row.sender for row in rows.filter(channel="sms")} == {number}


def test_each_gets_one_copy_however_many_rules_name_them(number: Sender, club: Organisation):
    rule(club)
    rule(club, "Coach", phones=[COACH, STAFF])
    text(number, "Thanks")
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("words", ["STOP", "START", "HELP"])
def test_what_is_dealt_with_by_itself_is_not_forwarded(
    number: Sender, club: Organisation, words: str
):
    rule(club)
    text(number, words)
    assert copies() == {}


def test_the_closest_rule_counts(number: Sender, club: Organisation, ann: Participant):
    rule(club)
    group = Group.objects.create(organisation=club, name="Masters")
    rule(club, "Masters", group=group, phones=[COACH])
    row = write(number)
    text(number, "1")
    assert copies().keys() == {STAFF}
    group.participants.add(ann)
    text(number, "2")
    assert copies()[COACH] == f"Ann Roy {PHONE}: 2"
    rule(club, "This one", sendout=row.sendout, phones=["+15145550105"])
    text(number, "3")
    assert copies()["+15145550105"] == f"Ann Roy {PHONE}: 3"
    assert Delivery.objects.filter(sendout__kind="forward").count() == 3


def test_rules_of_others_and_rules_that_are_off_do_nothing(
    number: Sender, club: Organisation, other_club: Organisation
):
    rule(other_club)
    rule(club, "Off", active=False)
    text(number, "Thanks")
    assert copies() == {}


def test_while_the_office_is_closed_phones_wait_and_mailboxes_do_not(
    number: Sender, club: Organisation, email_sender: Sender
):
    rule(club, phones=[STAFF], mailboxes=["office@club.example"], **closed_now(club))
    text(number, "Anybody there?")
    phone = Delivery.objects.get(address=STAFF)
    batch = Batch.objects.get(sendout=phone.sendout)
    assert phone.next_try_at == batch.retry_at
    assert phone.next_try_at > timezone.now() + timedelta(hours=9)
    assert phone.next_try_at.astimezone(club.zone).hour == 9
    assert not batch.ready
    jobs = [
        job.args["sendout"] for job in ProcrastinateJob.objects.filter(task_name="dispatch_batch")
    ]
    assert phone.sendout_id not in jobs
    assert Delivery.objects.get(address="office@club.example").sendout_id in jobs


def test_it_says_once_that_the_office_is_closed(number: Sender, club: Organisation):
    rule(club, away="We are back on Monday.", **closed_now(club))
    for words in ("Hello?", "Hello??"):
        text(number, words)
    assert copies("notice") == {PHONE: "We are back on Monday."}
    two_days = timezone.now() - timedelta(days=8)
    Outgoing.objects.update(created_at=two_days)
    text(number, "Hello???")
    assert Delivery.objects.filter(sendout__kind="notice").count() == 2


def test_nobody_is_told_so_who_is_on_the_list_or_wants_to_be(number: Sender, club: Organisation):
    rule(club, away="We are back on Monday.", **closed_now(club))
    text(number, "stop texting me!!")
    suppress(club, "sms", PHONE, "unsubscribed")
    text(number, "Hello?")
    assert copies("notice") == {}


def test_the_staffs_answer_reaches_the_family_without_the_staffs_number(
    number: Sender, club: Organisation, ann: Participant
):
    rule(club)
    write(number)
    forwarded(number)
    reply = text(number, "Yes, see you then!", phone=STAFF)
    assert copies("answer") == {PHONE: "Yes, see you then!"}
    sent = Delivery.objects.get(sendout__kind="answer")
    assert (sent.participant, sent.sender, sent.sendout.created_by) == (ann, number, None)
    conversation = Conversation.objects.get()
    assert (reply.conversation, reply.of_staff) == (conversation, True)
    assert (conversation.last_text, conversation.last_kind) == ("Yes, see you then!", "answer")
    assert conversation.unread == 1  # the family's
    assert Delivery.objects.filter(sendout__kind="forward").count() == 1


def test_the_staffs_answer_is_no_reply_to_the_forward(number: Sender, club: Organisation):
    rule(club)
    forward = forwarded(number)
    text(number, "Yes", phone=STAFF)
    forward.refresh_from_db()
    assert forward.status == "sent"


def test_a_stop_of_the_staff_stops_the_forwards_alone(number: Sender, club: Organisation):
    rule(club)
    write(number)
    forwarded(number)
    reply = text(number, "STOP", phone=STAFF)
    assert not reply.of_staff
    assert [entry.address for entry in Suppression.objects.all()] == [STAFF]
    assert copies("answer") == copies("notice") == {}


def test_help_from_the_staff_is_neither_answered_nor_handed_on(number: Sender, club: Organisation):
    rule(club)
    forwarded(number)
    text(number, "HELP", phone=STAFF)
    assert copies("answer") == copies("notice") == {}


def test_nothing_the_staff_texts_is_forwarded(number: Sender, club: Organisation):
    rule(club, phones=[STAFF, COACH], away="Closed.", **closed_now(club))
    text(number, "Test", phone=STAFF)
    assert copies() == copies("notice") == {}


def test_a_parent_who_works_here_answers_for_herself(number: Sender, club: Organisation):
    """The last that went to her phone was no forward but the news, so it is the news she means."""
    rule(club)
    forwarded(number)
    row = write(number, STAFF, timezone.now())
    reply = text(number, "We will come", phone=STAFF)
    assert (reply.delivery, reply.of_staff) == (row, False)
    assert copies("answer") == {}


def test_a_forward_of_long_ago_is_answered_by_nobody(number: Sender, club: Organisation):
    rule(club)
    forwarded(number)
    Outgoing.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert not text(number, "Yes", phone=STAFF).of_staff
    assert copies("answer") == {}


def test_machines_that_answer_each_other_come_to_an_end(number: Sender, club: Organisation):
    """The staff's phone says that its owner drives; the family's says the same."""
    rule(club)
    write(number)
    for _ in range(MOST_AN_HOUR + 5):
        reply = text(number, "I am driving")
        row = Delivery.objects.filter(outgoing__reply=reply).first()
        if row:
            arrives(row)
            text(number, "I am driving, too", phone=STAFF)
    sent = Delivery.objects.filter(sendout__kind__in=["forward", "answer"])
    assert sent.count() == MOST_AN_HOUR + MOST_HANDED_ON
    assert "too many" in reply.trouble


def test_two_organisations_never_forward_to_each_other_in_a_circle(
    number: Sender, club: Organisation, other_club: Organisation
):
    theirs = number_of(other_club, account="b", from_address="+15145550101")
    rule(club, phones=[theirs.from_address])
    rule(other_club, phones=[number.from_address])
    text(number, "Thanks")
    text(theirs, f"{PHONE}: Thanks", phone=number.from_address)
    assert Delivery.objects.filter(sendout__kind="forward").count() == 1


def test_what_cannot_be_forwarded_says_why(number: Sender, club: Organisation):
    rule(club, phones=[STAFF], mailboxes=["office@club.example"])
    reply = text(number, "Thanks")
    assert copies().keys() == {STAFF}
    assert reply.trouble.startswith("Not forwarded to office@club.example. Choose a sender")


def test_an_answer_from_the_page_goes_through_the_number_that_was_written_to(
    number: Sender, club: Organisation, ann: Participant, alice: User
):
    number_of(club, "b", from_address="+15145550109", name="Newer", is_default=True)
    reply = text(number, "Is Tuesday on?")
    outgoing = answer(reply.conversation, "  Yes {{ it }} is ", member=alice)
    row = outgoing.delivery
    assert (row.address, row.sender, row.participant) == (PHONE, number, ann)
    assert outgoing.sendout.created_by == alice
    with pytest.raises(Refused, match="empty"):
        answer(reply.conversation, " ")


def test_an_answer_to_who_is_listed_is_refused_with_the_reason(number: Sender, alice: User):
    reply = text(number, "STOP")
    with pytest.raises(Refused, match=r"Unsubscribes list: recipient unsubscribed \(“STOP”\)"):
        answer(reply.conversation, "Really?", member=alice)
    assert copies("answer") == {}


def test_an_answer_needs_a_sender_that_works(number: Sender, alice: User):
    reply = text(number, "Hello")
    Sender.objects.update(active=False)
    with pytest.raises(NotPossible, match="Choose a sender"):
        answer(reply.conversation, "Hi", member=alice)
    assert Reply.objects.count() == 1
