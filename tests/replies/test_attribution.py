"""Whose reply it is: several organisations may write through one number."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.core.providers.heard import Incoming
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from sendout.replies.models import Conversation, Reply
from sendout.replies.taking import take_in
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from tests.replies.conftest import NUMBER, PHONE, number_of, text, write

pytestmark = pytest.mark.django_db
Minutes = Callable[[float], datetime]


def test_the_one_who_wrote_last_is_meant(number: Sender, their_number: Sender, minutes: Minutes):
    first = write(number, at=minutes(1))
    second = write(their_number, at=minutes(2))
    third = write(number, at=minutes(3))
    for sender in (number, their_number):  # whichever of them the provider tells
        assert text(sender, "to nobody else", at=minutes(1.5)).delivery == first
        assert text(sender, "to the other", at=minutes(2.5)).delivery == second
        assert text(sender, "to the last", at=minutes(3.5)).delivery == third
    theirs = Reply.objects.filter(organisation=their_number.organisation)
    assert {reply.sender for reply in theirs} == {their_number}


def test_a_clock_that_is_behind_finds_the_first_who_wrote(number: Sender, minutes: Minutes):
    row = write(number, at=minutes(2))
    write(number, at=minutes(3))
    assert text(number, "Thanks", at=minutes(1)).delivery == row


def test_who_only_claims_the_number_gets_no_reply(
    number: Sender, other_club: Organisation, minutes: Minutes
):
    """Charlie writes Alice's number into a sender of his own account, and writes to her people."""
    mine = write(number, at=minutes(1))
    write(number_of(other_club, account="another"), at=minutes(2))
    assert text(number, "Thanks", at=minutes(3)).delivery == mine
    assert not Reply.objects.filter(organisation=other_club).exists()


def test_each_number_of_an_account_has_its_own_conversation(
    number: Sender, other_club: Organisation, minutes: Minutes
):
    """The provider tells everything to one sender; the number that was written to decides."""
    other = number_of(other_club, from_address="+15145550101")
    write(number, at=minutes(1))
    write(other, at=minutes(2))
    reply = text(number, "Thanks", to="1 514 555 0101", at=minutes(3))
    assert (reply.organisation, reply.sender) == (other_club, other)
    assert text(number, "Hello?", phone="+14385550199", to="+15145550101").sender == other


@pytest.mark.parametrize("phone", ["15145550142", "+1 514 555 0142", "5145550142", "+15145550142"])
@pytest.mark.parametrize("to", ["15145550100", NUMBER, ""])
def test_a_number_is_the_same_with_and_without_plus(number: Sender, phone: str, to: str):
    row = write(number)
    reply = text(number, "Thanks", phone=phone, to=to)
    assert (reply.delivery, reply.phone) == (row, PHONE)


def test_a_reply_that_answers_nobody_is_kept_for_whose_number_it_is(
    number: Sender, their_number: Sender
):
    reply = text(their_number, "Wrong number?", phone="+14385550199")
    assert (reply.organisation, reply.delivery) == (their_number.organisation, None)
    assert Conversation.objects.get().unread == 1


@pytest.mark.parametrize("phone", ["72345", "Post", "\0", "9" * 900])
def test_what_is_no_phone_number_is_kept_too(number: Sender, phone: str):
    assert text(number, "Thanks \0", phone=phone).text == "Thanks "


def test_a_text_that_may_have_left_is_answered(number: Sender, ann: Participant):
    """The worker died before it heard that the text was taken; the reply proves that it was."""
    row = write(number, outcome="unsure")
    text(number, "Thanks")
    row.refresh_from_db()
    assert row.status == "replied"


def test_the_message_becomes_replied_and_families_share_the_phone(
    number: Sender, club: Organisation, ann: Participant
):
    Participant.objects.create(organisation=club, first_name="Ben", phone=PHONE)
    row = write(number)
    reply = text(number, "We will be there")
    row.refresh_from_db()
    assert (row.status, row.participant) == ("replied", ann)
    assert reply.conversation.phone == PHONE
    event = row.events.get()
    assert (event.kind, event.text, event.source) == ("replied", "We will be there", "recipient")


times = st.integers(0, 5_000)
stories = st.lists(
    st.tuples(st.sampled_from(["write", "text"]), st.integers(0, 2), times), min_size=1, max_size=14
)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
@given(story=stories, seed=st.integers())
def test_the_last_writer_wins_and_repetition_changes_nothing(
    number: Sender, their_number: Sender, story: list[tuple[str, int, int]], seed: int
):
    """Writers and texts in any order; then all texts once more, in any other order."""
    third, _ = Organisation.objects.get_or_create(slug="third", name="Third")
    senders = [number, their_number, Sender.objects.filter(organisation=third).first()]
    senders[2] = senders[2] or number_of(third)
    SendOut.objects.all().delete()
    Conversation.objects.all().delete()
    begin = timezone.now() - timedelta(days=2)
    last: tuple[int, Delivery] | None = None
    told, meant = [], {}
    for step, (what, who, after) in enumerate(sorted(story, key=lambda each: each[2])):
        at = begin + timedelta(seconds=after, milliseconds=step)
        if what == "write":
            last = (who, write(senders[who], at=at))
            continue
        heard = Incoming(PHONE, NUMBER, f"text {step}", f"{step}", at)
        told.append((senders[who], heard))
        meant[heard.text] = last[1].pk if last else None, senders[last[0] if last else who]
        take_in(senders[who], [heard])
    assert ends() == {
        words: (row, sender.organisation_id, sender.pk) for words, (row, sender) in meant.items()
    }
    unread = dict(Conversation.objects.values_list("organisation", "unread"))
    again = told * 2
    random.Random(seed).shuffle(again)
    for sender, heard in again:
        take_in(sender, [heard])
    assert ends() == {
        words: (row, sender.organisation_id, sender.pk) for words, (row, sender) in meant.items()
    }
    assert dict(Conversation.objects.values_list("organisation", "unread")) == unread


def ends() -> dict[str, tuple[int | None, int, int | None]]:
    rows = Reply.objects.values_list("text", "delivery", "organisation", "sender")
    found = list(rows)
    assert len({words for words, *_ in found}) == len(found)
    return {words: tuple(rest) for words, *rest in found}  # type: ignore[misc]
