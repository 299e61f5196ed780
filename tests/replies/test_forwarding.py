"""Replies go on to the staff, and what the staff texts back goes to the family, masked."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation, User
from sendout.core.message.sms import measure
from sendout.deliveries.claim import claim
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.record import Happening, record
from sendout.inbound.facts import Report
from sendout.inbound.facts import take_in as take_in_facts
from sendout.people.models import Group, Participant
from sendout.replies.answering import Refused, answer
from sendout.replies.forwarding import MOST_AN_HOUR
from sendout.replies.models import Conversation, ForwardRule, Outgoing, Reply
from sendout.replies.relaying import MOST_AN_HOUR as MOST_HANDED_ON
from sendout.replies.wording import LONGEST, conversation_url
from sendout.senders.models import Sender
from sendout.sendouts.lifecycle import NotPossible
from sendout.suppression.entries import suppress
from sendout.suppression.models import Suppression
from tests.replies.conftest import PHONE, number_of, text, write

pytestmark = pytest.mark.django_db

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
    assert (copies("answer"), copies("notice").keys()) == ({}, {STAFF})


def test_help_from_the_staff_is_for_no_family(number: Sender, club: Organisation):
    rule(club)
    forwarded(number)
    text(number, "HELP", phone=STAFF)
    assert (copies("answer"), copies("notice").keys()) == ({}, {STAFF})


def test_what_the_staff_writes_is_for_nobody_to_review(number: Sender, club: Organisation):
    """ "Stop by" and the like are said to the family; the staff's phone is nobody's to list."""
    rule(club)
    forwarded(number)
    reply = text(number, "stop texting so late, please", phone=STAFF)
    assert (reply.of_staff, reply.review) == (True, "")
    assert copies("answer") == {PHONE: "stop texting so late, please"}
    assert Conversation.objects.get().reviews == 0


def test_who_is_taken_out_of_the_rules_speaks_for_nobody(number: Sender, club: Organisation):
    rule(club)
    forwarded(number)
    ForwardRule.objects.update(phones=[COACH])
    reply = text(number, "Pay me instead", phone=STAFF)
    assert (reply.of_staff, reply.conversation.phone, reply.conversation.unread) == (
        False, STAFF, 1,
    )  # fmt: skip
    assert copies("answer") == {}
    assert COACH not in copies()


def test_what_the_staff_cannot_hand_on_is_brought_back(number: Sender, club: Organisation):
    rule(club)
    forwarded(number)
    text(number, "STOP")
    Conversation.objects.update(unread=0, done=True)
    reply = text(number, "Yes, it is", phone=STAFF)
    assert reply.trouble.startswith(f"Not handed on. {PHONE} is on the Unsubscribes list")
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.done) == (1, False)


def test_two_of_the_staff_with_one_phone_get_one_copy_and_one_voice(
    number: Sender, club: Organisation, ann: Participant
):
    rule(club, "Alice", phones=[STAFF])
    rule(club, "Bob", phones=[STAFF])
    row = forwarded(number)
    assert Delivery.objects.filter(sendout__kind="forward").get() == row
    for words in ("Yes (Alice)", "No (Bob)"):
        assert text(number, words, phone=STAFF).of_staff
    answers = Delivery.objects.filter(sendout__kind="answer").order_by("pk")
    assert [said(each) for each in answers] == ["Yes (Alice)", "No (Bob)"]


def test_a_mailbox_that_bounces_gets_nothing_more_and_says_so(
    number: Sender, club: Organisation, email_sender: Sender
):
    rule(club, phones=[STAFF], mailboxes=["office@club.example"])
    text(number, "One")
    row = Delivery.objects.get(address="office@club.example")
    arrives(row)
    report = Report(row.pk, "bounced", timezone.now(), "bounce", "1", "5.1.1", "No such user")
    take_in_facts([report])
    row.refresh_from_db()
    assert (row.status, Suppression.objects.get().address) == ("bounced", "office@club.example")
    text(number, "Two")
    again = Delivery.objects.filter(address="office@club.example").latest("pk")
    assert claim(again.sendout_id, "email", 1, 10).claimed == []
    again.refresh_from_db()
    assert (again.status, again.skip_reason, again.price) == ("skipped", "bad_email", 0)
    assert Delivery.objects.filter(address=STAFF).count() == 2


def test_nothing_the_staff_texts_is_forwarded(number: Sender, club: Organisation):
    rule(club, phones=[STAFF, COACH], away="Closed.", **closed_now(club))
    text(number, "Test", phone=STAFF)
    assert copies() == copies("notice") == {}


def test_a_parent_who_works_here_answers_for_herself(number: Sender, club: Organisation):
    """The last that went to her phone was no forward but the news, so it is the news she means."""
    rule(club)
    forwarded(number)
    row = write(number, STAFF, timezone.now())
    ForwardRule.objects.update(phones=[STAFF, COACH])
    reply = text(number, "We will come", phone=STAFF)
    assert (reply.delivery, reply.of_staff) == (row, False)
    assert copies("answer") == {}
    assert copies()[COACH] == f"{STAFF}: We will come"
    assert Delivery.objects.filter(address=STAFF, sendout__kind="forward").count() == 1


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


def test_two_numbers_that_forward_to_each_other_come_to_an_end(
    number: Sender, club: Organisation, other_club: Organisation
):
    """Two organisations name each other's number, and both are closed and say so."""
    theirs = number_of(other_club, account="b", from_address="+15145550101")
    rule(club, phones=[theirs.from_address], away="Closed.", **closed_now(club))
    rule(other_club, phones=[number.from_address], away="Away.", **closed_now(other_club))
    texts = 0
    text(number, "Thanks")
    while waiting := list(Delivery.objects.filter(channel="sms", status="queued").order_by("pk")):
        for row in waiting:
            arrives(row)
            hears = {each.from_address: each for each in (number, theirs)}.get(row.address)
            if hears and row.sender:
                text(hears, said(row), phone=row.sender.from_address)
                texts += 1
        assert texts < 8
    assert texts
    assert Delivery.objects.filter(sendout__kind="forward").count() == 1


def test_nobody_else_can_silence_a_phone(
    number: Sender, club: Organisation, other_club: Organisation
):
    """Charlie writes the number of one of Alice's parents into a sender of his own."""
    number_of(other_club, account="b", from_address=PHONE)
    rule(club)
    text(number, "Is Tuesday on?")
    text(number, "HELP")
    assert (copies().keys(), copies("notice").keys()) == ({STAFF}, {PHONE})


def test_a_number_of_the_organisation_is_a_machine(number: Sender, club: Organisation):
    number_of(club, name="Second", from_address="+15145550101")
    rule(club, away="Closed.", **closed_now(club))
    text(number, "Hello", phone="+15145550101")
    text(number, "HELP", phone="+15145550101")
    assert copies() == copies("notice") == {}


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


def test_a_very_long_reply_is_kept_whole_and_forwarded_in_part(
    number: Sender, club: Organisation, email_sender: Sender, ann: Participant
):
    rule(club, phones=[STAFF], mailboxes=["office@club.example"])
    words = "Ten thousand characters of it. " * 323
    reply = text(number, words)
    assert (reply.text, reply.segments, reply.conversation.last_text) == (words, 66, words[:200])
    assert LONGEST - 10 < len(copies()[STAFF]) <= LONGEST
    assert copies()[STAFF].endswith("character... (the rest is on the Replies page)")
    assert measure(copies()[STAFF]).encoding == "GSM-7"
    assert words.strip() in copies()["office@club.example"]


def test_an_answer_that_is_too_long_is_refused_not_cut(number: Sender, alice: User):
    reply = text(number, "Hello")
    with pytest.raises(Refused, match="has 1,601 characters; shorten it to 1,600"):
        answer(reply.conversation, "x" * 1_601, member=alice)
    assert said(answer(reply.conversation, "a\r\nb", member=alice).delivery) == "a\nb"


def test_an_answer_needs_a_sender_that_works(number: Sender, alice: User):
    reply = text(number, "Hello")
    Sender.objects.update(active=False)
    with pytest.raises(NotPossible, match="Choose a sender"):
        answer(reply.conversation, "Hi", member=alice)
    assert Reply.objects.count() == 1
