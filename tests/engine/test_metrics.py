"""What a worker tells about itself agrees with what it did."""

from __future__ import annotations

import asyncio
import logging
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from sendout.core.providers.base import Envelope
from sendout.deliveries.claim import Claimed
from sendout.deliveries.freeze import send_now
from sendout.engine import metrics
from sendout.engine.dispatch import journal
from sendout.engine.journal import Journal
from sendout.engine.lane import lanes
from sendout.engine.prepare import Prepared
from sendout.senders.models import Sender, Throughput
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.rigs import free_port

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]

FATES = {"deliver": "accepted", "refuse": "refused", "defer": "deferred", "unsure": "unsure"}
LABELS = {"organisation": "aqua-club", "sender": "Sandbox email", "channel": "email"}


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, LABELS | labels) or 0.0


def send(person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches) -> None:
    for word in FATES:
        person(word, f"{word}@sandbox.test")
    closure = sendout(channels="email")
    send_now(closure)
    run_batches(closure)


def test_messages_are_counted_by_sender_and_outcome(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches, email_sender: Sender
) -> None:
    name = "sendout_worker_messages_total"
    before = {outcome: counted(name, outcome=outcome) for outcome in FATES.values()}
    send(person, sendout, run_batches)
    after = {outcome: counted(name, outcome=outcome) for outcome in FATES.values()}
    assert after == {outcome: n + 1 for outcome, n in before.items()}
    row = Throughput.objects.get(sender=email_sender)
    assert (row.accepted, row.refused, row.deferred, row.unsure) == (1, 1, 1, 1)


def test_each_slice_is_one_line_with_its_facts(
    person: MakePerson,
    sendout: MakeSendOut,
    run_batches: RunBatches,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, "sendout.engine"):
        send(person, sendout, run_batches)
    (line,) = [record for record in caplog.records if record.message == "slice settled"]
    told: dict[str, Any] = line.__dict__
    assert (told["channel"], told["batch"], told["messages"]) == ("email", 1, 4)
    assert [told[outcome] for outcome in FATES.values()] == [1, 1, 1, 1]
    assert told["seconds"] > 0


def test_a_worker_answers_prometheus_on_its_port(
    person: MakePerson, sendout: MakeSendOut, run_batches: RunBatches
) -> None:
    port = free_port()
    metrics.serve("127.0.0.1", port, journal())
    send(person, sendout, run_batches)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        families = text_string_to_metric_families(answer.read().decode())
        found = {sample.name: sample for family in families for sample in family.samples}
    assert found["sendout_worker_journal_broken"].value == 0
    assert found["sendout_worker_unsettled_seconds"].value == 0
    stages = {"claim", "prepare", "hand_over", "settle"}
    assert all(
        REGISTRY.get_sample_value("sendout_worker_stage_seconds_count", {"stage": stage})
        for stage in stages
    )


def test_a_sender_rests_no_longer_than_its_rest(
    email_sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rests() -> float:
        [family] = [f for f in metrics.AtScrape(journal()).collect() if f.name.endswith("_down")]
        return sum(sample.value for sample in family.samples)

    monkeypatch.setattr(metrics, "_seen", {email_sender.pk: (tuple(LABELS.values()), email_sender)})
    email_sender.down_until = timezone.now() + timedelta(seconds=30)
    assert rests() == 1
    email_sender.down_until = timezone.now() - timedelta(seconds=1)
    assert rests() == 0


def test_a_slice_waits_to_be_settled_from_its_last_answer(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    number = journal.claiming()
    assert journal.oldest == 0
    journal.heard(number)
    time.sleep(0.01)
    assert 0.01 <= journal.oldest < 10
    journal.settled(number)
    assert journal.oldest == 0
    journal.close()


async def test_connections_are_told_apart_in_use_and_idle(email_sender: Sender) -> None:
    def told() -> dict[str, float]:
        (*_, family) = metrics.AtScrape(journal()).collect()
        return {sample.labels["state"]: sample.value for sample in family.samples}

    metrics._seen[email_sender.pk] = tuple(LABELS.values()), email_sender
    async with lanes.of(email_sender).turn() as turn:
        assert told() == {"in use": 0, "idle": 1}
        envelope = Envelope(
            1, "o@example.test", "deliver@sandbox.test", b"Subject: x\r\n\r\nHi\r\n"
        )
        row = Claimed(1, 1, envelope.to, "", "", "", "", "", "en")
        leaving = asyncio.create_task(turn.send([Prepared(row, envelope)], lambda *_: None))
        await asyncio.sleep(0)
        assert told()["in use"] == 1
        await leaving
    await lanes.close()
    assert told() == {"in use": 0, "idle": 0}
