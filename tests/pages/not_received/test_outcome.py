"""What became of a message is said in plain words, with what to do."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.people.models import Participant
from sendout.sendouts.models import State
from sendout.suppression.entries import suppress
from sendout.suppression.models import Reason
from tests.deliveries.conftest import MakeSendOut
from tests.pages.not_received.looks import ANNA, Reach, look, marks, text


@pytest.mark.parametrize(
    ("facts", "code", "said", "answer", "seen"),
    [
        (["accepted"], "", "", "the receiving server took it", "good good good warn"),
        (["accepted", "delivered"], "", "", "It was delivered to", "good good good warn"),
        (["accepted", "delivered", "opened"], "", "", "They have it", "good good good good"),
        (["accepted", "machine_opened"], "", "", "took it", "good good good warn"),
        (["bounced"], "5.1.1", "no such user", "nobody can be reached", "warn good bad unknown"),
        (["bounced"], "5.2.2", "over quota", "does not take it", "good good bad unknown"),
        (["bounced"], "5.7.1", "spam detected", "refused what it says", "good good bad unknown"),
        (["bounced"], "5.7.1", "listed at spamhaus", "your own side", "good good bad unknown"),
        (["failed"], "login", "", "your own side", "good good bad unknown"),
        (["deferred"], "4.2.2", "try later", "asked us to come again", "good good warn unknown"),
        (["unsure"], "", "", "Nobody knows", "good good warn unknown"),
        (["accepted", "complained"], "", "", "marked as spam", "good good bad bad"),
        (["cancelled"], "", "", "was stopped", "good good unknown unknown"),
        ([], "", "", "waits for its turn", "good good unknown unknown"),
    ],
)
def test_what_became_of_it_is_said_in_plain_words(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    *,
    facts: list[str],
    code: str,
    said: str,
    answer: str,
    seen: str,
) -> None:
    reach(*facts, code=code, text=said)
    page = look(bob_browser, anna)
    assert answer in page
    assert marks(page) == seen.split()
    if said:
        assert said in page


@pytest.mark.parametrize(
    ("skip_reason", "answer"),
    [
        ("no_address", "there was no address"),
        ("invalid_address", "is not written correctly"),
        ("duplicate", "One copy went to"),
        ("unsubscribed", "they unsubscribed"),
        ("complaint", "was marked as spam"),
        ("bad_email", "came back before"),
        ("admin", "the staff put the address"),
        ("expired", "had ended before"),
    ],
)
def test_why_it_was_skipped_is_said(
    bob_browser: Client, anna: Participant, reach: Reach, skip_reason: str, answer: str
) -> None:
    reach("skipped", code=skip_reason)
    page = look(bob_browser, anna)
    assert answer in page
    assert marks(page)[2:] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("reason", "category", "mark"),
    [
        (Reason.COMPLAINT, "operational", "bad"),
        (Reason.UNSUBSCRIBED, "operational", "warn"),
        (Reason.UNSUBSCRIBED, "marketing", "bad"),
    ],
)
def test_the_list_is_asked_now_and_says_why_and_since_when(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    sendout: MakeSendOut,
    *,
    reason: Reason,
    category: str,
    mark: str,
) -> None:
    suppress(anna.organisation, "email", ANNA, reason, evidence="by the link in “News”")
    reach("accepted", sendout=sendout(state=State.FINISHED, category=category))
    page = look(bob_browser, anna)
    assert marks(page)[1] == mark
    assert "by the link in “News”" in page
    assert "/unsubscribes/?q=anna%40gmail.com" in page


def test_who_was_listed_then_and_is_not_now_is_told_so(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("skipped", code="admin")
    assert "it is not any more" in look(bob_browser, anna)


def test_a_send_out_that_went_to_others_is_said_to(
    bob_browser: Client, anna: Participant, sendout: MakeSendOut, reach: Reach
) -> None:
    reach("accepted")
    others = sendout(state=State.FINISHED)
    page = look(bob_browser, anna, sendout=others.pk)
    assert "was not among the recipients of “Closure”" in page
    assert "was not sent to you" in text(page)


def test_a_paused_send_out_waits_for_the_staff(
    bob_browser: Client, anna: Participant, reach: Reach, sendout: MakeSendOut
) -> None:
    reach(sendout=sendout(state=State.PAUSED))
    assert "The send-out is paused" in look(bob_browser, anna)
