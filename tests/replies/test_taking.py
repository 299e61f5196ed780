"""What follows from a text: the list, one automatic answer, a conversation to look at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sendout.accounts.models import Organisation, User
from sendout.core.bounces import codes
from sendout.core.providers.heard import Incoming
from sendout.deliveries.models import Delivery
from sendout.inbound.facts import Report
from sendout.inbound.facts import take_in as take_in_facts
from sendout.people.models import Participant
from sendout.replies import review
from sendout.replies.models import Conversation, Outgoing, Reply
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.entries import suppress
from sendout.suppression.models import Lifted, Suppression
from tests.replies.conftest import NUMBER, PHONE, number_of, text, write

pytestmark = pytest.mark.django_db


def listed() -> dict[str, str]:
    return dict(Suppression.objects.values_list("reason", "evidence"))


def said() -> list[str]:
    """What was sent by itself, in order."""
    rows = Outgoing.objects.exclude(automatic="").order_by("pk")
    return [outgoing.sendout.message.sms_text for outgoing in rows]


def an_hour_passes() -> None:
    Outgoing.objects.update(created_at=timezone.now() - timedelta(minutes=61))


def test_a_stop_puts_the_phone_on_the_list_with_its_words(number: Sender, ann: Participant):
    row = write(number)
    reply = text(number, "Stop.")
    entry = Suppression.objects.get()
    assert (entry.channel, entry.address, entry.category) == ("sms", PHONE, "")
    assert (entry.reason, entry.evidence, entry.delivery) == ("unsubscribed", "Stop.", row.pk)
    row.refresh_from_db()
    assert (row.status, row.unsubscribed_at) == ("replied", reply.at)
    assert reply.asked == "stop"
    assert Conversation.objects.get().unread == 0


SPELLINGS = [
    "STOP", "Stop.", "stop please", "STOPALL", "Unsubscribe", "Arrêt", "ARRET svp", "désabonner",
    "BAJA", "Abmelden", "sair", "إلغاء",
]  # fmt: skip
NEAR_MISSES = [
    "stop texting me!!", "wrong number", "arrêtez svp", "please remove me from this list",
    "who is this?", "cancel please", "ne m'écrivez plus", "no me escriban más",
    "bitte keine SMS mehr", "don't text me again", "you have the wrong person", "leave me alone",
]  # fmt: skip


@pytest.mark.parametrize("words", SPELLINGS)
def test_stop_in_any_language_lists_the_phone(number: Sender, ann: Participant, words: str):
    row = write(number)
    reply = text(number, words)
    assert (reply.asked, reply.review, listed()) == ("stop", "", {"unsubscribed": words})
    row.refresh_from_db()
    assert row.unsubscribed_at
    assert Outgoing.objects.get().automatic == "stop"
    text(number, "START")
    assert listed() == {}


@pytest.mark.parametrize("words", NEAR_MISSES)
def test_near_misses_wait_for_a_person(number: Sender, ann: Participant, words: str):
    row = write(number)
    reply = text(number, words)
    assert (reply.asked, reply.review, listed(), said()) == ("review", "open", {}, [])
    row.refresh_from_db()
    assert (row.status, row.unsubscribed_at) == ("replied", None)


def test_one_confirmation_and_never_a_second(number: Sender, ann: Participant):
    write(number)
    for words in ("STOP", "stop", "Unsubscribe"):
        text(number, words)
    assert said() == ["Aqua Club: you get no more texts from us. Text START to get them again."]
    an_hour_passes()
    text(number, "STOP")
    assert len(said()) == 1


def test_the_confirmation_is_in_the_language_of_whose_phone_it_is(number: Sender, ann: Participant):
    Participant.objects.update(language="fr")
    text(number, "ARRET")
    assert said() == ["Aqua Club : vous ne recevrez plus nos textos. Textez START pour y revenir."]


@pytest.mark.parametrize("confirms", [True, False, None])
def test_a_provider_that_confirms_a_stop_is_left_to_it(number: Sender, confirms: bool | None):
    Sender.objects.update(confirms_stop=confirms)
    number.refresh_from_db()
    text(number, "STOP")
    text(number, "START")
    assert len(said()) == (0 if confirms else 2)
    assert listed() == {}


@pytest.mark.parametrize(
    ("words", "confirmed"), [("STOP", 0), (" stop ", 0), ("Stop.", 1), ("ARRET", 1)]
)
def test_twilio_confirms_the_words_that_it_knows(
    number: Sender, club: Organisation, words: str, confirmed: int
):
    """https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out"""
    twilio = number_of(club, from_address="+15145550101", name="Twilio", kind="twilio")
    text(twilio, words)
    assert len(said()) == confirmed


def test_a_stop_that_is_told_late_is_listed_and_not_answered(number: Sender):
    text(number, "STOP", at=timezone.now() - timedelta(hours=2))
    assert listed() == {"unsubscribed": "STOP"}
    assert said() == []


def test_start_lifts_what_stop_made(number: Sender, club: Organisation):
    text(number, "STOP")
    text(number, "Start")
    assert listed() == {}
    assert Lifted.objects.get().why == "Came back by SMS: Start"
    assert said()[1] == "Aqua Club: you get our texts again. Text STOP to get no more."


@pytest.mark.parametrize("reason", ["admin", "bad_number", "complaint"])
def test_start_lifts_nothing_else(number: Sender, club: Organisation, reason: str):
    suppress(club, "sms", PHONE, reason, evidence="before")
    text(number, "START")
    assert listed() == {reason: "before"}
    text(number, "STOP")
    an_hour_passes()
    text(number, "START")
    assert listed() == {reason: "before"}


def test_start_lifts_a_stop_that_only_the_provider_heard(number: Sender, club: Organisation):
    """Twilio keeps a STOP, refuses the next text with 21610, and lets all through after START."""
    row = write(number)
    told = Report(row.pk, "bounced", timezone.now(), "sms", "1", codes.STOPPED, "They texted STOP")
    take_in_facts([told])
    assert listed() == {"unsubscribed": f"{codes.STOPPED} They texted STOP"}
    text(number, "START")
    assert listed() == {}


def test_start_lifts_no_choice_made_elsewhere(number: Sender, club: Organisation):
    suppress(club, "sms", PHONE, "unsubscribed", evidence="From the list of 2024")
    suppress(club, "sms", PHONE, "unsubscribed", "marketing", evidence="On the page")
    text(number, "STOP")
    text(number, "START")
    assert sorted(Suppression.objects.values_list("evidence", flat=True)) == [
        "From the list of 2024",
        "On the page",
    ]
    assert said() == []


@pytest.mark.parametrize("reason", ["admin", "bad_number", "complaint"])
def test_a_start_that_changes_nothing_is_for_the_staff_to_see(
    number: Sender, club: Organisation, reason: str
):
    suppress(club, "sms", PHONE, reason, evidence="Asked at the desk")
    Conversation.objects.update(done=True)
    reply = text(number, "START")
    assert reply.trouble.startswith("START lifts what STOP made, and nothing else.")
    assert "(“Asked at the desk”)" in reply.trouble
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.done) == (1, False)


def test_start_does_not_lift_what_the_staff_put_there(number: Sender, alice: User):
    """Alice took "wrong number" for an end; only she or Bob take that back."""
    reply = text(number, "will you please stop this")
    assert review.put_on_list(reply, alice)
    for words in ("START", "STOP", "START"):
        text(number, words)
    assert listed() == {"unsubscribed": "will you please stop this"}
    assert said() == []


def test_texts_out_of_order_end_with_the_last_word(number: Sender):
    now = timezone.now()
    text(number, "START", at=now)
    text(number, "STOP", at=now - timedelta(minutes=1))
    assert listed() == {}


def test_stop_concerns_the_organisation_that_is_meant(
    number: Sender, their_number: Sender, club: Organisation
):
    write(number)
    text(their_number, "STOP")
    assert Suppression.objects.get().organisation == club


def test_help_names_the_organisation_once_an_hour(number: Sender, club: Organisation):
    Organisation.objects.filter(pk=club.pk).update(contact="office@club.example, 514-555-0100")
    number.refresh_from_db()
    for words in ("HELP", "info", "Aide"):
        text(number, words)
    words = "Aqua Club: office@club.example, 514-555-0100. Text STOP to get no more texts."
    assert said() == [words]
    an_hour_passes()
    text(number, "HELP")
    assert said() == [words, words]


def test_whoever_said_stop_is_told_about_help(number: Sender):
    text(number, "STOP")
    text(number, "HELP")
    assert len(said()) == 2


def test_nobody_else_who_is_listed_is_answered(number: Sender, club: Organisation):
    suppress(club, "sms", PHONE, "admin")
    text(number, "HELP")
    assert said() == []


def test_no_sender_that_works_loses_no_stop(number: Sender):
    Sender.objects.update(active=False)
    number.refresh_from_db()
    text(number, "STOP")
    assert listed() == {"unsubscribed": "STOP"}
    assert said() == []


def test_nothing_is_done_by_itself_about_a_near_miss(number: Sender, alice: User):
    row = write(number)
    reply = text(number, "stop texting me!!")
    assert (reply.asked, reply.review, listed(), said()) == ("review", "open", {}, [])
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.reviews) == (1, 1)
    assert review.put_on_list(reply, alice)
    assert not review.put_on_list(reply, alice)
    assert not review.dismiss(reply, alice)
    entry = Suppression.objects.get()
    assert (entry.reason, entry.evidence) == ("unsubscribed", "stop texting me!!")
    assert (entry.created_by, entry.delivery) == (alice, row.pk)
    row.refresh_from_db()
    assert row.unsubscribed_at
    conversation.refresh_from_db()
    assert conversation.reviews == 0
    reply.refresh_from_db()
    assert (reply.review, reply.decided_by) == ("listed", alice)


def test_a_near_miss_is_dismissed_or_settled_by_a_stop(number: Sender, alice: User):
    first, second = (text(number, "will you please stop") for _ in range(2))
    assert review.dismiss(first, alice)
    text(number, "STOP")
    second.refresh_from_db()
    assert (second.review, second.decided_by) == ("listed", None)
    assert Conversation.objects.get().reviews == 0


def test_told_twice_it_is_one_text(number: Sender, ann: Participant):
    write(number)
    heard = [
        Incoming(PHONE, NUMBER, words, f"ref-{place}")
        for place, words in enumerate(["Thanks", "STOP", "HELP", "stop it please"])
    ]
    for _ in range(3):
        take_in(number, heard + heard[::-1])
    assert Reply.objects.count() == 4
    assert SendOut.objects.exclude(kind="campaign").count() == 2
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.reviews) == (2, 0)  # the STOP settles the other


HOSTILE = {
    "nothing": "",
    "null": "\0a\0",
    "halves": "\ud83d broken \udc4d",
    "right to left": "\u202eشكرا\u202c جزيلا",
    "controls": "\x07\x1b[31m\x7f",
    "markup": "<script>alert(1)</script>{{ first_name }}{% url %}",
    "long word": "x" * 10_000,
    "lines": "\r\n" * 500,
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_text_holds_it_is_taken_in(number: Sender, words: str):
    take_in(number, [Incoming(PHONE + words[:9], NUMBER + words[:9], words, "r" + words[:50])])
    take_in(number, [Incoming(PHONE, NUMBER, words, "second" + words[:50])])
    kept = words.encode("utf-8", "replace").decode().replace("\0", "")
    assert [reply.text for reply in Reply.objects.all()] == [kept, kept]


def test_texts_without_an_id_are_all_kept(number: Sender):
    for _ in range(2):
        take_in(number, [Incoming(PHONE, NUMBER, "ok", "")])
    assert Reply.objects.count() == 2


def test_the_same_id_from_another_provider_is_another_text(number: Sender, club: Organisation):
    other = number_of(club, from_address="+15145550101", name="Others", account="b")
    for sender in (number, other):
        take_in(sender, [Incoming(PHONE, sender.from_address, "ok", "1")])
    assert Reply.objects.count() == 2


def test_an_automatic_answer_is_a_send_out_to_one(number: Sender, ann: Participant):
    row = write(number)
    text(number, "HELP")
    notice = Outgoing.objects.get()
    sent = Delivery.objects.get(sendout=notice.sendout)
    assert (sent.address, sent.participant, sent.sender) == (PHONE, None, number)
    assert (notice.sendout.kind, notice.sendout.urgent) == ("notice", True)
    assert ProcrastinateJob.objects.filter(args__sendout=notice.sendout_id).count() == 1
    assert text(number, "Thanks").delivery == row  # what is answered is the message before
