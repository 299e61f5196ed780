"""Texts of phones: whole ones, parts in any order, told twice, and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.providers.smpp_pdu import Tag
from sendout.deliveries.models import Delivery, Event
from sendout.inbound.models import SmppPart
from sendout.inbound.smpp.taking import take
from sendout.inbound.smpp.texts import LONGEST, SAME, take_in_late
from sendout.senders.models import Sender
from sendout.suppression.models import Suppression
from tests.inbound.smpp.conftest import Text, from_phone, smpp_sender

pytestmark = pytest.mark.django_db


def replies(row: Delivery) -> list[str]:
    events = Event.objects.filter(delivery=row, kind="replied").order_by("pk")
    return list(events.values_list("text", flat=True))


def part(reference: int, total: int, number: int, content: bytes) -> bytes:
    return bytes((5, 0, 3, reference, total, number)) + content


def pass_time(by: timedelta) -> None:
    for row in SmppPart.objects.all():
        row.received_at -= by
        row.save()
    take_in_late()


def test_an_answer_is_a_reply_to_the_last_text(sender: Sender, text: Text) -> None:
    first, last = text("1"), text("2")
    take(sender.pk, [from_phone(b"Merci")])
    assert (replies(first), replies(last)) == ([], ["Merci"])


def test_stop_puts_the_number_on_the_list(sender: Sender, text: Text) -> None:
    text("1")
    take(sender.pk, [from_phone(b"Stop.")])
    assert Suppression.objects.get().reason == "unsubscribed"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parts_come_in_any_order_and_twice(
    sender: Sender, text: Text, order: tuple[int, ...]
) -> None:
    row = text("1")
    said = "Nous serons là 🏊 samedi"
    octets = said.encode("utf-16-be")
    pieces = [octets[:15], octets[15:31], octets[31:]]  # in the middle of characters
    for n in order:
        told = from_phone(part(9, 3, n + 1, pieces[n]), coding=8, headed=True)
        take(sender.pk, [told, told])
        take(sender.pk, [told])
    assert replies(row) == [said]


def test_a_text_that_is_told_again_soon_is_the_same(sender: Sender, text: Text) -> None:
    row = text("1")
    for _ in range(2):
        take(sender.pk, [from_phone(b"Merci"), from_phone(b"Merci")])
    assert replies(row) == ["Merci"]
    pass_time(SAME)
    take(sender.pk, [from_phone(b"Merci")])
    assert replies(row) == ["Merci", "Merci"]


def test_a_part_that_never_comes_does_not_swallow_the_others(sender: Sender, text: Text) -> None:
    row = text("1")
    take(sender.pk, [from_phone(part(9, 3, 1, b"STOP"), headed=True)])
    take(sender.pk, [from_phone(part(9, 3, 3, b"please"), headed=True)])
    take_in_late()
    assert replies(row) == []
    pass_time(LONGEST + timedelta(seconds=1))
    assert replies(row) == ["STOP […] please"]
    take_in_late()
    assert len(replies(row)) == 1


def test_a_reference_may_be_used_again(sender: Sender, text: Text) -> None:
    row = text("1")
    for words in ((b"one ", b"two"), (b"three ", b"four")):
        for number, content in enumerate(words, 1):
            take(sender.pk, [from_phone(part(9, 2, number, content), headed=True)])
    assert replies(row) == ["one two", "three four"]


def test_what_is_left_of_an_older_text_is_not_lost(sender: Sender, text: Text) -> None:
    row = text("1")
    for number, content in ((1, b"one "), (1, b"three "), (2, b"four")):
        take(sender.pk, [from_phone(part(9, 2, number, content), headed=True)])
    assert replies(row) == ["three four"]
    pass_time(LONGEST + timedelta(seconds=1))
    assert replies(row) == ["three four", "one  […] "]


def test_many_missing_parts_are_one_gap(sender: Sender, text: Text) -> None:
    row = text("1")
    take(sender.pk, [from_phone(part(9, 255, 255, b"end"), headed=True)])
    take(sender.pk, [from_phone(part(9, 255, 100, b"middle"), headed=True)])
    pass_time(LONGEST + timedelta(seconds=1))
    assert replies(row) == [" […] middle […] end"]


def test_each_part_is_read_in_its_own_alphabet(sender: Sender, text: Text) -> None:
    row = text("1")
    take(sender.pk, [from_phone(part(9, 2, 1, b"See you "), headed=True)])
    lake = "au bord 🏊".encode("utf-16-be")
    take(sender.pk, [from_phone(part(9, 2, 2, lake), headed=True, coding=8)])
    assert replies(row) == ["See you au bord 🏊"]


def test_what_is_no_place_is_no_part(sender: Sender, text: Text) -> None:
    row = text("1")
    odd = {
        int(Tag.SAR_MSG_REF_NUM): b"\xff" * 9,
        int(Tag.SAR_TOTAL_SEGMENTS): b"\xff" * 9,
        int(Tag.SAR_SEGMENT_SEQNUM): b"\1",
    }
    take(sender.pk, [replace(from_phone(b"Merci"), tlvs=odd)])
    assert replies(row) == ["Merci"]


def test_phones_do_not_share_a_reference(sender: Sender, text: Text) -> None:
    ann, ben = text("1"), text("2", "+15145550102")
    take(sender.pk, [from_phone(part(9, 2, 1, b"Ann "), headed=True)])
    take(sender.pk, [from_phone(part(9, 2, 2, b"Ben"), "+15145550102", headed=True)])
    take(sender.pk, [from_phone(part(9, 2, 2, b"here"), headed=True)])
    assert (replies(ann), replies(ben)) == (["Ann here"], [])


def test_what_is_over_is_forgotten(sender: Sender, text: Text) -> None:
    text("1")
    take(sender.pk, [from_phone(b"Merci")])
    pass_time(SAME + timedelta(seconds=1))
    assert not SmppPart.objects.exists()


def test_a_text_of_an_unknown_phone_and_nul_do_no_harm(sender: Sender, text: Text) -> None:
    row = text("1")
    take(sender.pk, [from_phone(b"Hello", "+15145559999")])
    take(sender.pk, [from_phone("a\0b".encode("utf-16-be"), coding=8)])
    assert replies(row) == ["ab"]


def test_another_club_reads_none_of_it(
    sender: Sender, other_club: Organisation, text: Text
) -> None:
    theirs = text("1", through=smpp_sender(other_club, username="skating"))
    take(sender.pk, [from_phone(b"Merci")])
    assert replies(theirs) == []


def test_a_sender_that_is_gone_hears_nothing(sender: Sender) -> None:
    take(sender.pk + 1, [from_phone(b"Merci")])
    assert not SmppPart.objects.filter(received_at__lte=timezone.now()).exists()
