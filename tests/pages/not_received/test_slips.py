"""Whether the address is right, and what to do where it is not."""

from __future__ import annotations

import pytest
from django.test import Client

from sendout.accounts.models import Organisation, User
from sendout.deliveries.models import Delivery
from sendout.people.models import Participant
from tests.cast import sign_in
from tests.counts import recount
from tests.deliveries.conftest import MakePerson
from tests.pages.not_received.looks import ANNA, Reach, look, marks


def test_an_address_with_a_slip_is_asked_about(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    anna.email = anna.email_normal = "anna@gmial.com"
    anna.save()
    reach("bounced", code="5.1.2", address="anna@gmial.com")
    page = look(bob_browser, anna)
    assert "did they mean …@gmail.com?" in page
    assert marks(page)[0] == "warn"


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "No email address is known."), ("anna@", "nothing stands after the @")],
)
def test_an_address_that_is_none_is_said_to_be_none(
    bob_browser: Client, anna: Participant, reach: Reach, typed: str, words: str
) -> None:
    anna.email, anna.email_normal = typed, ""
    anna.save()
    reach("skipped", code="invalid_address", address=typed)
    page = look(bob_browser, anna)
    assert words in page
    assert marks(page)[0] == "bad"


def test_an_address_that_was_corrected_since_is_told_apart(
    bob_browser: Client, anna: Participant, reach: Reach
) -> None:
    reach("accepted", address="old@gmail.com")
    assert "This message was for old@gmail.com" in look(bob_browser, anna)


def test_others_with_the_same_address_are_named_and_strangers_are_not(
    bob_browser: Client,
    anna: Participant,
    reach: Reach,
    person: MakePerson,
    other_club: Organisation,
) -> None:
    person("Zoe", ANNA)
    person("Stranger", ANNA, organisation=other_club)
    reach("accepted")
    page = look(bob_browser, anna)
    assert "may have read the message: Zoe." in page
    assert "Stranger" not in page


def test_who_shares_an_address_is_led_to_the_copy_that_left(
    bob_browser: Client, anna: Participant, reach: Reach, person: MakePerson
) -> None:
    row = reach("skipped", code="duplicate")
    zoe = person("Zoe", ANNA)
    copy = Delivery.objects.create(
        organisation=anna.organisation,
        sendout=row.sendout,
        participant=zoe,
        channel="email",
        batch=1,
        address=ANNA,
    )
    recount()
    page = look(bob_browser, anna)
    assert "the copy that went to Zoe" in page
    assert f"/not-received/delivery/{copy.pk}/" in page


def test_only_who_may_correct_an_address_is_led_to_it(
    bob_browser: Client, alice: User, anna: Participant, reach: Reach
) -> None:
    reach("accepted")
    assert "Correct it" not in look(bob_browser, anna)
    assert f"/participants/{anna.pk}/edit/" in look(sign_in(alice), anna)


def test_a_wrong_address_is_corrected_where_what_was_missed_follows(
    alice: User, anna: Participant, reach: Reach
) -> None:
    row = reach("bounced", code="5.1.1")
    page = look(sign_in(alice), anna)
    assert f"/messages/{row.sendout_id}/delivery/{row.pk}/correct/" in page
