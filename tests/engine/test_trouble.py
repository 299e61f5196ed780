"""A bug, or an answer of no known form, costs what it is about and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import DataError, OperationalError

from sendout.core.delivery.outcome import Accepted, Blame, Refused
from sendout.core.providers.base import Answer, Envelope
from sendout.core.providers.sandbox import SandboxConnection
from sendout.deliveries.claim import Claimed
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.engine import dispatch, settle
from sendout.engine.prepare import Prepared, Way
from sendout.senders.models import RecipientDomain
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.engine.test_settle import answer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for n in range(6):
        person(f"P{n}", f"deliver+{n}@sandbox.test")
    closure = sendout(channels="email")
    send_now(closure)
    return closure


def in_hand() -> int:
    return len(dispatch.journal()._in_hand)


def test_a_bug_in_a_provider_costs_no_answer_that_was_heard(
    started: SendOut, run_batches: RunBatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send(self: SandboxConnection, envelopes: Iterable[Envelope], answer: Answer) -> None:
        for n, envelope in enumerate(envelopes):
            if n == 3:
                raise KeyError("MessageID")
            answer(envelope, Accepted(str(n)))

    monkeypatch.setattr(SandboxConnection, "send", send)
    before = in_hand()
    with pytest.raises(KeyError, match="MessageID"):
        run_batches(started)
    rows = Delivery.objects.order_by("pk")
    assert [row.status for row in rows] == ["sent"] * 3 + ["deferred"] * 3
    assert [bool(row.unsure) for row in rows] == [False] * 3 + [True] + [False] * 2
    assert (Batch.objects.get().held, in_hand()) == (None, before)


def test_texts_that_could_not_be_made_are_free_again_at_once(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for n in range(2):
        person(f"P{n}", phone=f"+1514555010{n}")
    closure = sendout(channels="sms")
    send_now(closure)
    real, failed = Way.prepare, []

    def prepare(self: Way, rows: Sequence[Claimed], now: datetime) -> list[Prepared]:
        if not failed:
            failed.append(now)
            raise OperationalError("server closed the connection unexpectedly")
        return real(self, rows, now)

    monkeypatch.setattr(Way, "prepare", prepare)
    monkeypatch.setattr(dispatch, "AWAY", 0.01)
    before = in_hand()
    run_batches(closure)
    assert Counter(row.status for row in Delivery.objects.all()) == {"sent": 2}
    assert {row.attempt for row in Delivery.objects.all()} == {1}
    assert (Batch.objects.get().held, in_hand()) == (None, before)


def test_an_answer_that_cannot_be_written_down_takes_no_other_with_it(
    started: SendOut, run_batches: RunBatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = Delivery.objects.order_by("pk")[2].pk
    real = settle.record_slice

    def record_slice(now: datetime, quick: Sequence[Any], told: Sequence[Any]) -> None:
        if any(row[0] == poison for row in quick):
            raise DataError("no column holds that")
        real(now, quick, told)

    monkeypatch.setattr(settle, "record_slice", record_slice)
    before = in_hand()
    run_batches(started)
    rows = Delivery.objects.order_by("pk")
    assert [row.status for row in rows] == ["sent"] * 2 + ["deferred"] + ["sent"] * 3
    assert rows[2].error_text == settle.UNREADABLE.text
    assert (Batch.objects.get().held, in_hand()) == (None, before)
    assert Batch.objects.get().retry_at is not None


def test_words_that_are_no_text_and_a_wait_without_end_are_settled(started: SendOut) -> None:
    no = Refused(False, "429", "half a \ud83d pair", Blame.SENDER, retry_after=1e30)
    rows = answer(started, *[no] * 6)
    assert {(row.status, row.error_text) for row in rows} == {("deferred", "half a ? pair")}
    assert RecipientDomain.objects.get().closed_until is not None
