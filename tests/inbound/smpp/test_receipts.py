"""A receipt finds its delivery: by id, by the ids of parts, by the phone, soon or later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.core.providers.smpp_pdu import Address, Message
from sendout.deliveries.models import Batch, Delivery, Event
from sendout.deliveries.record import Happening, record
from sendout.inbound import waiting
from sendout.inbound.matching import SETTLED
from sendout.inbound.models import HookEvent
from sendout.inbound.smpp import taking
from sendout.inbound.waiting import GIVE_UP, take_in_due
from sendout.senders.models import Sender
from sendout.suppression.models import Suppression
from tests.inbound.smpp.conftest import PHONE, Text, receipt, smpp_sender

pytestmark = pytest.mark.django_db


def status(row: Delivery) -> str:
    row.refresh_from_db()
    return str(row.status)


def take(sender: int, told: list[Message]) -> None:
    """Take in what was told, and what waited."""
    taking.take(sender, told)
    look_again()


def look_again() -> None:
    HookEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    take_in_due()


def pass_time(by: timedelta) -> None:
    """Let what waits have waited for longer, and look again."""
    for row in HookEvent.objects.all():
        row.received_at -= by
        row.save()
    look_again()


def test_a_receipt_finds_its_text_by_the_providers_id(sender: Sender, text: Text) -> None:
    row, other = text("77"), text("78", "+15145550102")
    take(sender.pk, [receipt("77")])
    assert (status(row), status(other)) == ("delivered", "sent")


@pytest.mark.parametrize(
    ("stat", "end", "code"),
    [
        ("DELIVRD", "delivered", ""), ("UNDELIV", "bounced", ""),
        ("EXPIRED", "bounced", "phone-off"), ("REJECTD", "bounced", "barred"),
        ("ACCEPTD", "sent", ""), ("UNKNOWN", "sent", ""),
    ],
)  # fmt: skip
def test_each_state_has_its_end(sender: Sender, text: Text, stat: str, end: str, code: str) -> None:
    row = text("77")
    take(sender.pk, [receipt("77", stat)])
    assert (status(row), row.error_code) == (end, code)
    assert not Suppression.objects.exists()


def test_a_number_that_does_not_exist_goes_on_the_list(club: Organisation, text: Text) -> None:
    Sender.objects.all().update(name="Other")
    strict = smpp_sender(club, bad_number_errors="44")
    row = text("77", through=strict)
    take(strict.pk, [receipt("77", "UNDELIV", err="044")])
    assert (status(row), row.error_code) == ("bounced", "number")
    assert Suppression.objects.get().address == PHONE


def test_told_twice_is_told_once(sender: Sender, text: Text) -> None:
    row = text("77")
    take(sender.pk, [receipt("77"), receipt("77")])
    take(sender.pk, [receipt("77")])
    assert Event.objects.filter(delivery=row, kind="delivered").count() == 1


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_a_long_text_is_delivered_when_all_its_parts_are(
    sender: Sender, text: Text, order: tuple[str, ...]
) -> None:
    row = text("a,b,c", segments=3)
    for ref in order[:2]:
        take(sender.pk, [receipt(ref), receipt(ref)])
        assert status(row) == "sent"
    take(sender.pk, [receipt(order[2])])
    assert status(row) == "delivered"
    assert row.provider_ref == "a,b,c"


def test_all_parts_may_be_told_at_once(sender: Sender, text: Text) -> None:
    row = text("a,b", segments=2)
    take(sender.pk, [receipt("b"), receipt("a")])
    assert status(row) == "delivered"


@pytest.mark.parametrize("stats", [("DELIVRD", "UNDELIV"), ("UNDELIV", "DELIVRD")])
def test_a_long_text_is_bounced_when_any_part_is(
    sender: Sender, text: Text, stats: tuple[str, str]
) -> None:
    row = text("a,b", segments=2)
    for ref, stat in zip("ab", stats, strict=True):
        take(sender.pk, [receipt(ref, stat)])
    assert status(row) == "bounced"


def test_a_receipt_before_our_own_answer_waits(sender: Sender, text: Text) -> None:
    take(sender.pk, [receipt("77"), receipt("77")])
    assert HookEvent.objects.exists()
    row = text("77")
    look_again()
    assert (status(row), HookEvent.objects.count()) == ("delivered", 0)


def test_parts_before_our_own_answer_wait(sender: Sender, text: Text) -> None:
    take(sender.pk, [receipt("a")])
    row = text("a,b", segments=2)
    take(sender.pk, [receipt("b")])
    assert status(row) == "delivered"


def test_an_unknown_id_resolves_the_one_unknown_text_of_the_phone(
    sender: Sender, text: Text
) -> None:
    row = text()
    assert row.status == "unknown"
    take(sender.pk, [receipt("77")])
    assert status(row) == "unknown"  # the id may be about to be settled
    pass_time(SETTLED)
    assert status(row) == "delivered"
    assert (row.accepted_at is not None, row.segments) == (True, 1)
    assert not HookEvent.objects.exists()


def test_an_unknown_long_text_needs_all_its_parts(sender: Sender, text: Text) -> None:
    row = text(segments=2)
    take(sender.pk, [receipt("77"), receipt("77")])
    pass_time(SETTLED)
    assert status(row) == "unknown"
    take(sender.pk, [receipt("78")])
    pass_time(SETTLED)
    assert status(row) == "delivered"


def test_an_unknown_text_may_have_bounced(sender: Sender, text: Text) -> None:
    row = text(segments=2)
    take(sender.pk, [receipt("77", "UNDELIV")])
    pass_time(SETTLED)
    assert status(row) == "bounced"


def test_a_receipt_that_is_told_again_is_never_about_another_text(
    sender: Sender, text: Text
) -> None:
    first = text()
    take(sender.pk, [receipt("77")])
    pass_time(SETTLED)
    assert status(first) == "delivered"
    second = text()
    take(sender.pk, [receipt("77"), receipt("77", "ACCEPTD")])
    pass_time(SETTLED)
    assert (status(second), HookEvent.objects.count()) == ("unknown", 0)
    take(sender.pk, [receipt("78", "UNDELIV")])
    pass_time(SETTLED)
    assert (status(first), status(second)) == ("delivered", "bounced")


@pytest.mark.parametrize(
    "written",
    [
        Address("15145550101", 1, 1), Address("+15145550101", 1, 1), Address("+15145550101", 0, 0),
        Address("15145550101", 0, 1), Address("5145550101", 2, 1), Address("0015145550101", 0, 0),
        Address("0015145550101", 1, 1), Address("5145550101", 1, 1),
    ],
)  # fmt: skip
def test_a_phone_is_the_same_however_it_is_written(
    sender: Sender, text: Text, written: Address
) -> None:
    row = text()
    take(sender.pk, [replace(receipt("77"), source=written)])
    pass_time(SETTLED)
    assert status(row) == "delivered"


def test_receipts_that_come_late_and_out_of_order_end_right(sender: Sender, text: Text) -> None:
    row = text("77")
    for stat in ("DELIVRD", "ACCEPTD", "ENROUTE", "DELIVRD"):
        take(sender.pk, [receipt("77", stat)])
    assert status(row) == "delivered"
    assert not HookEvent.objects.exists()


def test_two_unknown_texts_of_one_phone_are_not_guessed(sender: Sender, text: Text) -> None:
    rows = [text(), text()]
    take(sender.pk, [receipt("77")])
    pass_time(SETTLED)
    assert [status(row) for row in rows] == ["unknown", "unknown"]


def test_our_own_number_tells_them_apart(sender: Sender, text: Text) -> None:
    rows = [text(), text()]
    take(sender.pk, [receipt("77", reference=rows[1].pk)])
    pass_time(SETTLED)
    assert [status(row) for row in rows] == ["unknown", "delivered"]
    take(sender.pk, [receipt("78", reference=rows[0].pk + 5)])
    pass_time(SETTLED)
    assert status(rows[0]) == "unknown"


def test_what_only_is_on_its_way_proves_nothing_by_the_phone(sender: Sender, text: Text) -> None:
    row = text()
    take(sender.pk, [receipt("77", "ACCEPTD")])
    pass_time(SETTLED)
    assert status(row) == "unknown"


def test_a_text_in_hand_keeps_its_phone_from_being_guessed(sender: Sender, text: Text) -> None:
    unknown, leaving = text(), text(answered=False)
    Batch.objects.filter(sendout=leaving.sendout_id).update(
        held=[leaving.pk], claimed_at=timezone.now()
    )
    take(sender.pk, [receipt("77")])
    pass_time(SETTLED)
    assert status(unknown) == "unknown"


def test_a_receipt_about_nothing_is_dropped_in_time(sender: Sender) -> None:
    take(sender.pk, [receipt("77")])
    pass_time(timedelta(0))
    assert HookEvent.objects.count() == 1
    pass_time(GIVE_UP)
    assert HookEvent.objects.count() == 0


def test_only_so_many_wait_in_vain(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 3)
    take(sender.pk, [receipt(str(n)) for n in range(9)])
    assert HookEvent.objects.count() == 3


def test_nobody_resolves_what_is_anothers(
    sender: Sender, other_club: Organisation, text: Text
) -> None:
    theirs = smpp_sender(other_club)
    rows = [text("77", through=theirs), text(through=theirs)]
    take(sender.pk, [receipt("77"), receipt("99")])
    pass_time(SETTLED)
    assert [status(row) for row in rows] == ["sent", "unknown"]
    own = text("77")
    take(sender.pk, [receipt("77")])
    assert (status(own), status(rows[0])) == ("delivered", "sent")


def test_another_sender_of_the_club_has_other_ids(
    sender: Sender, club: Organisation, text: Text
) -> None:
    row = text("77")
    Sender.objects.filter(pk=sender.pk).update(name="First")
    take(smpp_sender(club).pk, [receipt("77")])
    assert status(row) == "sent"


def test_an_answer_that_comes_after_its_receipt_changes_nothing(sender: Sender, text: Text) -> None:
    row = text()
    take(sender.pk, [receipt("77")])
    pass_time(SETTLED)
    record([Happening(row.pk, "accepted", timezone.now(), ref="77", attempt=1, segments=1)])
    assert status(row) == "delivered"
