"""Ids under which providers know texts find the deliveries, each for its own sender."""

from __future__ import annotations

import pytest
from django.utils import timezone

from sendout.core.delivery.outcome import Accepted
from sendout.core.providers.registry import ids_in
from sendout.deliveries import refs
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import TextRef
from sendout.deliveries.refs import Named, find, keep, prune
from sendout.engine.prepare import find_way
from sendout.engine.settle import settle
from sendout.senders.models import Sender
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.inbound.smpp.conftest import smpp_sender

pytestmark = pytest.mark.django_db


def test_each_part_names_its_text(sms_sender: Sender) -> None:
    keep(sms_sender.pk, [(7, ["a", "b"]), (8, ["c"])], timezone.now())
    assert find(sms_sender.pk, ["a", "b", "c", "d", ""]) == {
        "a": Named(7, 2), "b": Named(7, 2), "c": Named(8, 1),
    }  # fmt: skip


def test_each_sender_has_its_own(sms_sender: Sender, email_sender: Sender) -> None:
    keep(sms_sender.pk, [(7, ["a"])], timezone.now())
    assert find(email_sender.pk, ["a"]) == {}


def test_the_newest_text_has_an_id_that_is_used_again(sms_sender: Sender) -> None:
    now = timezone.now()
    keep(sms_sender.pk, [(7, ["a"]), (8, ["a"])], now)
    assert find(sms_sender.pk, ["a"]) == {"a": Named(8, 1)}
    keep(sms_sender.pk, [(9, ["a", "b"])], now)
    assert find(sms_sender.pk, ["a"]) == {"a": Named(9, 2)}


def test_nothing_and_strange_ids_do_no_harm(sms_sender: Sender) -> None:
    keep(sms_sender.pk, [], timezone.now())
    keep(sms_sender.pk, [(7, [""]), (8, ["x\0y" + 300 * "z"])], timezone.now())
    assert [len(row.ref) for row in TextRef.objects.all()] == [refs.LONGEST]


def test_old_ones_are_forgotten(sms_sender: Sender) -> None:
    now = timezone.now()
    keep(sms_sender.pk, [(7, ["old"])], now - refs.KEPT)
    keep(sms_sender.pk, [(8, ["new"])], now)
    prune(now + (refs.KEPT / 2))
    assert list(find(sms_sender.pk, ["old", "new"])) == ["new"]


@pytest.mark.parametrize("kind", ["smpp", "sandbox"])
def test_settling_keeps_them_where_receipts_name_nothing_else(
    person: MakePerson, sendout: MakeSendOut, kind: str
) -> None:
    person("Ann", phone="+15145550101")
    closure = sendout(channels="sms")
    if kind == "smpp":
        closure.sms_sender = smpp_sender(closure.organisation)
        closure.save()
    send_now(closure)
    way = find_way(closure.pk, "sms")
    assert way is not None
    found = claim(closure.pk, "sms", 1, 10)
    slice_ = way.prepare(found.claimed, timezone.now())
    [row] = found.claimed
    long = ",".join(str(n) * 30 for n in range(9))
    answers = {row.id: Accepted(long)}
    settle(way, slice_, answers, timezone.now(), keeps_copy=False, hold=found.hold)
    assert TextRef.objects.count() == (9 if ids_in("sms", kind) else 0)
