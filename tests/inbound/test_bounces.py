"""Mails that came back become facts once, and only what is signed is believed."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.deliveries.links import return_path, sign, unsubscribe_url
from sendout.deliveries.models import Delivery, Event
from sendout.inbound import bounces
from sendout.inbound.bounces import digest_waiting
from sendout.people.models import Participant
from sendout.returns.keeping import KEPT_BYTES, again, keep
from sendout.returns.models import Mailbox, ReturnedMail, State
from sendout.suppression.models import Suppression
from tests.inbound.coming_back import bounce, complaint, letter

pytestmark = pytest.mark.django_db

BACK = "bounces@club.test"


def verp(row: Delivery) -> str:
    return return_path(BACK, row.pk)


def come_back(raw: bytes, envelope_to: str = "", **about: object) -> None:
    """Keep a mail and have it read."""
    keep(raw, "pipe", envelope_to, **about)  # type: ignore[arg-type]
    digest_waiting()


def story(row: Delivery) -> list[str]:
    """Give the kinds of what was told of a delivery."""
    return list(Event.objects.filter(delivery=row).order_by("pk").values_list("kind", flat=True))


def listed() -> list[tuple[str, str]]:
    return list(Suppression.objects.values_list("address", "reason"))


def kept() -> list[str]:
    """Give the reasons of the mails that were not understood."""
    assert not ReturnedMail.objects.filter(state=State.WAITING).exists()
    return list(ReturnedMail.objects.order_by("pk").values_list("reason", flat=True))


def status(row: Delivery) -> str:
    row.refresh_from_db()
    return row.status


def test_a_bounce_is_a_fact_and_its_mail_is_let_go(ann: Delivery) -> None:
    come_back(bounce(verp(ann), "ann@example.test"))
    assert status(ann) == "bounced"
    assert (ann.error_code, ann.error_text) == ("5.1.1", "550 5.1.1 User unknown")
    assert listed() == [("ann@example.test", "bad_email")]
    assert not ReturnedMail.objects.exists()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full"),
        ("5.7.1", "554 5.7.1 Your server is on a blocklist"),
        ("5.6.0", "554 5.6.0 This looks like spam"),
        ("4.4.7", "delivery temporarily suspended: connection timed out"),
    ],
)
def test_a_failure_that_blames_no_address_suppresses_nobody(
    ann: Delivery, code: str, said: str
) -> None:
    come_back(bounce(verp(ann), "ann@example.test", status=code, said=said))
    assert status(ann) == "bounced"
    assert listed() == []


def test_a_delay_tells_the_story_and_changes_no_status(ann: Delivery) -> None:
    delayed = bounce(
        verp(ann), "ann@example.test", action="delayed", status="4.2.0", said="450 Greylisted"
    )
    come_back(delayed)
    assert (status(ann), story(ann), listed()) == ("sent", ["delayed"], [])


@pytest.mark.parametrize(("action", "after"), [("delivered", "delivered"), ("relayed", "sent")])
def test_only_a_receipt_of_delivery_proves_delivery(ann: Delivery, action: str, after: str) -> None:
    said = {"status": "2.0.0", "said": "250 OK"}
    come_back(bounce(verp(ann), "ann@example.test", action=action, **said))
    assert (status(ann), story(ann)) == (after, [action])


def test_a_complaint_stops_the_channel(ann: Delivery) -> None:
    original = f"From: office@club.test\nList-Unsubscribe: <{unsubscribe_url(ann.pk)}>"
    come_back(complaint("feedback@club.test", original))
    assert status(ann) == "complained"
    assert listed() == [("ann@example.test", "complaint")]


def test_an_automatic_answer_is_told_in_the_story(ann: Delivery) -> None:
    away = letter(verp(ann), subject="Out of office", more="Auto-Submitted: auto-replied\n")
    come_back(away)
    assert (status(ann), story(ann), kept()) == ("sent", ["auto_reply"], [])
    assert Event.objects.get(delivery=ann, kind="auto_reply").text == "Out of office"


def test_the_same_mail_twice_and_by_two_doors_is_one_event(ann: Delivery) -> None:
    raw = bounce(verp(ann), "ann@example.test")
    for envelope_to in ("", "", verp(ann)):
        come_back(raw, envelope_to)
    come_back(b"Received: by another.test\r\n" + raw)
    assert story(ann) == ["bounced"]
    assert Suppression.objects.count() == 1


def test_two_bounces_of_one_message_are_two_events(ann: Delivery) -> None:
    for number in (1, 2):
        come_back(bounce(verp(ann), "ann@example.test", number=number))
    assert story(ann) == ["bounced", "bounced"]


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_the_signed_address_is_found_where_servers_write_it(ann: Delivery, header: str) -> None:
    raw = f"{header}: {verp(ann).upper()}\r\n".encode()
    come_back(raw + bounce("office@club.test", "ann@example.test"))
    assert status(ann) == "bounced"


def test_the_signed_address_in_the_envelope_is_enough(ann: Delivery) -> None:
    come_back(bounce("undisclosed", "ann@example.test"), verp(ann))
    assert status(ann) == "bounced"


def test_the_signature_in_the_returned_mail_is_enough(ann: Delivery) -> None:
    original = f"Return-Path: <{verp(ann)}>\nSubject: News"
    come_back(bounce("office@club.test", "ann@example.test", original=original))
    assert status(ann) == "bounced"


def forged(row: Delivery) -> bytes:
    """A bounce that names the message and the recipient, as anybody can write it."""
    original = f"Message-ID: <{row.pk}@club.test>\nTo: {row.address}\nSubject: News"
    return bounce("office@club.test", row.address, original=original)


def test_without_signature_a_person_decides(ann: Delivery, club: Organisation) -> None:
    come_back(forged(ann), organisation=club)
    assert (status(ann), listed(), kept()) == ("sent", [], ["hint"])
    mail = ReturnedMail.objects.get()
    assert (mail.organisation, mail.delivery) == (club, ann.pk)
    again(mail, believed=True)
    digest_waiting()
    assert (status(ann), kept()) == ("bounced", [])


def test_nobody_hints_at_a_delivery_of_another_organisation(
    theirs: Delivery, club: Organisation
) -> None:
    come_back(forged(theirs), organisation=club)
    come_back(forged(theirs) + b" ")
    assert (status(theirs), kept()) == ("sent", ["unproven", "unproven"])
    assert set(ReturnedMail.objects.values_list("delivery", flat=True)) == {None}
    mail = ReturnedMail.objects.get(organisation=club)
    again(mail, believed=True)
    digest_waiting()
    assert status(theirs) == "sent"


def test_a_hint_must_name_the_address_it_was_sent_to(ann: Delivery, club: Organisation) -> None:
    original = f"Message-ID: <{ann.pk}@club.test>"
    come_back(bounce("o@club.test", "eve@example.test", original=original), organisation=club)
    assert kept() == ["unproven"]


@pytest.mark.parametrize("purpose", "uoc")
def test_a_token_for_another_purpose_proves_no_bounce(ann: Delivery, purpose: str) -> None:
    address = f"bounces+{sign(ord(purpose), ann.pk)}@club.test"
    come_back(bounce(address, "ann@example.test"))
    assert (status(ann), kept()) == ("sent", ["unproven"])


def test_no_altered_token_is_believed(ann: Delivery) -> None:
    address = verp(ann)
    for place in range(len("bounces+"), address.index("@")):
        changed = "0" if address[place] != "0" else "1"
        come_back(bounce(address[:place] + changed + address[place + 1 :], "ann@example.test"))
    assert status(ann) == "sent"


def test_a_person_who_writes_to_the_return_path_is_read_by_those_who_wrote(
    ann: Delivery, club: Organisation
) -> None:
    come_back(letter(verp(ann)), verp(ann))
    assert (status(ann), kept()) == ("sent", ["unknown"])
    assert ReturnedMail.objects.get().organisation == club


def test_mail_of_nobody_is_shown_to_nobody(ann: Delivery) -> None:
    come_back(letter("bounces@club.test"))
    assert ReturnedMail.objects.get().organisation is None


def test_mail_in_ones_mailbox_is_shown_to_no_other_organisation(
    ann: Delivery, other_club: Organisation
) -> None:
    come_back(letter(verp(ann)), organisation=other_club)
    assert ReturnedMail.objects.get().organisation == other_club


def test_mail_that_stays_in_its_mailbox_is_not_kept_when_it_is_none_of_ours(
    ann: Delivery, club: Organisation
) -> None:
    mailbox = Mailbox.objects.create(
        organisation=club, name="Office", kind="imap", config={"afterwards": "leave"}
    )
    about = {"organisation": club, "mailbox": mailbox}
    come_back(letter("office@club.test"), **about)
    come_back(bounce("office@club.test", "ann@example.test"), **about)
    assert kept() == []
    come_back(forged(ann), **about)
    assert kept() == ["hint"]


def test_what_is_on_the_list_is_the_address_it_was_sent_to(ann: Delivery) -> None:
    Participant.objects.update(email="new@example.test", email_normal="new@example.test")
    come_back(bounce(verp(ann), "ann@example.test"))
    assert listed() == [("ann@example.test", "bad_email")]


def test_a_forward_that_failed_for_one_of_many_is_no_bounce(ann: Delivery) -> None:
    raw = bounce(verp(ann), "one@elsewhere.test")
    more = (
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
        b"Final-Recipient: rfc822; two@elsewhere.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
    )
    raw = raw.replace(b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n", more)
    come_back(raw)
    assert (status(ann), listed()) == ("delivered", [])


def test_a_mail_that_cannot_be_digested_holds_up_no_other(ann: Delivery) -> None:
    keep(b"Subject: evil\r\n\r\n", "pipe")
    keep(bounce(verp(ann), "ann@example.test"), "pipe")
    right = bounces.read

    def read(raw: bytes) -> object:
        if b"evil" in raw:
            raise RecursionError("too deep")
        return right(raw)

    with patch.object(bounces, "read", read):
        with pytest.raises(RecursionError):
            digest_waiting()  # the slice together
        digest_waiting()  # each alone
    assert (status(ann), kept()) == ("bounced", ["trouble"])


def test_a_mail_that_kills_whoever_reads_it_is_put_aside(ann: Delivery) -> None:
    keep(letter("x"), "pipe")
    with patch.object(bounces, "read", side_effect=SystemExit):
        for _ in range(bounces.MOST_TRIES):
            with pytest.raises(SystemExit):
                digest_waiting()
    digest_waiting()
    assert kept() == ["trouble"]


def test_of_a_very_large_mail_the_beginning_is_kept(ann: Delivery) -> None:
    raw = bounce(verp(ann), "ann@example.test") + b"x" * 1_000_000
    assert len(keep(raw, "pipe").content) == KEPT_BYTES
    digest_waiting()
    assert status(ann) == "bounced"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 2000))
def test_whatever_comes_is_digested_or_put_aside(ann: Delivery, seed: int, cut: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(bounce(verp(ann), "ann@example.test", number=seed)[:cut])
    for _ in range(chance.randrange(20)):
        if raw:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    come_back(bytes(raw))
    assert not ReturnedMail.objects.filter(state=State.WAITING).exists()
    assert "trouble" not in kept()
    assert {address for address, _ in listed()} <= {"ann@example.test"}
