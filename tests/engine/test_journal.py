"""A dead process: what it heard is settled from its journal, what it did not hear is marked."""

from __future__ import annotations

import json
import os
import resource
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sendout.core.delivery.outcome import Accepted, Blame, Later, Outcome, Refused, Unsure
from sendout.deliveries.claim import claim
from sendout.deliveries.freeze import send_now
from sendout.deliveries.hold import Hold
from sendout.deliveries.models import Batch, Delivery
from sendout.engine.journal import Journal, Unwritten, read_outcome
from sendout.engine.prepare import Prepared, find_way
from sendout.engine.replay import orphan, read, replay
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.suppression.models import Suppression
from sendout.usage import prices
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed(person: MakePerson, sendout: MakeSendOut) -> tuple[SendOut, list[Prepared]]:
    for name in ("Ann", "Ben", "Cleo"):
        person(name, f"{name}@example.org", "+15145550101")
    closure = sendout(channels="both", once_per="participant")
    send_now(closure)
    return closure, in_hand(closure, "email")


def in_hand(sendout: SendOut, channel: str) -> list[Prepared]:
    rows = claim(sendout.pk, channel, 1, 10).claimed
    way = find_way(sendout.pk, channel)
    assert way is not None
    return [Prepared(row, Refused(False, "", ""), 1) for row in rows]


def hold(channel: str = "email") -> Hold:
    batch = Batch.objects.get(channel=channel)
    return Hold(batch.pk, batch.turn)


def begin(journal: Journal, sendout: int, held: Hold, slice_: list[Prepared], **about: Any) -> int:
    """Write down a slice of emails, or of what about says, and give its number."""
    number = journal.claiming()
    journal.begin(number, sendout, about.pop("channel", "email"), held, slice_, **about)
    return number


def die(journal: Journal) -> None:
    """End as `kill -9` ends it: the file stays, its lock is gone."""
    os.close(journal._file)


def being_sent() -> int:
    return len(Batch.objects.get(channel="email").held or ())


def statuses(channel: str = "email") -> list[str]:
    return list(
        Delivery.objects.filter(channel=channel).order_by("pk").values_list("status", flat=True)
    )


def test_answers_that_were_heard_are_settled(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, (ann, ben, cleo) = claimed
    journal = Journal(tmp_path)
    number = begin(journal, sendout.pk, hold(), [ann, ben, cleo])
    journal.answered(number, ann.row.id, Accepted("queue-id"))
    journal.answered(number, ben.row.id, Refused(True, "5.1.1", "No such user", Blame.ADDRESS))
    die(journal)
    assert replay(tmp_path) == 1
    assert statuses() == ["sent", "bounced", "deferred"]
    assert Delivery.objects.get(pk=ann.row.id).provider_ref == "queue-id"
    assert [s.address for s in Suppression.objects.all()] == ["ben@example.org"]
    unheard = Delivery.objects.get(pk=cleo.row.id)
    assert "unsure" in unheard.events.values_list("kind", flat=True)
    assert being_sent() == 0
    assert not list(tmp_path.iterdir())


def test_what_left_through_another_sender_is_settled_as_its_own(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, (ann, ben, cleo) = claimed
    more = {"channel": "email", "kind": "sandbox", "from_address": "b@example.org"}
    second = Sender.objects.create(organisation=sendout.organisation, name="Second", **more)
    prices.put(sendout.organisation, ("email", "out", ""), 7)
    journal = Journal(tmp_path)
    number = begin(journal, sendout.pk, hold(), [ann, ben, cleo], sender=second.pk)
    journal.answered(number, ann.row.id, Accepted("queue-id"))
    die(journal)
    assert replay(tmp_path) == 1
    rows = Delivery.objects.filter(channel="email").order_by("pk")
    assert [(row.sender, row.price) for row in rows] == [(second, 7), (second, 0), (second, 0)]


def test_a_journal_of_the_release_before_names_no_sender(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, (ann, *_) = claimed
    held = hold()
    lines = [
        ["slice", 0, sendout.pk, "email", [held.batch, held.turn], [[ann.row.id, 1, 1]]],
        [0, ann.row.id, "a", {"ref": "queue-id"}],
    ]
    path = tmp_path / "old.journal"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert replay(tmp_path) == 1
    assert Delivery.objects.get(pk=ann.row.id).status == "sent"


def test_a_text_whose_answer_was_not_heard_is_not_sent_again(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, _ = claimed
    journal = Journal(tmp_path)
    texts = in_hand(sendout, "sms")
    number = begin(journal, sendout.pk, hold("sms"), texts, channel="sms")
    for text in texts:
        assert journal.leaving(number, text.row.id)
    die(journal)
    replay(tmp_path)
    assert statuses("sms") == ["unknown"] * 3


def test_a_text_that_did_not_leave_is_sent_at_once(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, _ = claimed
    journal = Journal(tmp_path)
    texts = in_hand(sendout, "sms")
    number = begin(journal, sendout.pk, hold("sms"), texts, channel="sms")
    journal.leaving(number, texts[0].row.id)
    die(journal)
    replay(tmp_path)
    assert statuses("sms") == ["unknown", "deferred", "deferred"]
    row = Delivery.objects.get(pk=texts[1].row.id)
    assert row.next_try_at is not None
    assert row.next_try_at <= timezone.now() + timedelta(seconds=1)


def test_what_was_claimed_and_not_begun_is_free_at_once(
    tmp_path: Path, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    journal = Journal(tmp_path)
    claim(closure.pk, "email", 1, 10, note=partial(journal.claimed, journal.claiming()))
    assert being_sent() == 1
    die(journal)
    assert replay(tmp_path) == 1
    assert being_sent() == 0
    assert Batch.objects.get().retry_at <= timezone.now()
    row = Delivery.objects.get()
    assert (row.status, row.attempt) == ("queued", 0)
    (again,) = claim(closure.pk, "email", 1, 10).claimed
    assert again.attempt == 1


def test_a_claim_that_was_not_committed_frees_nothing(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    held = hold()
    journal = Journal(tmp_path)
    journal.claimed(journal.claiming(), Hold(held.batch, held.turn + 1))
    die(journal)
    replay(tmp_path)
    assert being_sent() == 3


def test_what_cannot_be_written_down_is_not_claimed(
    tmp_path: Path, person: MakePerson, sendout: MakeSendOut
):
    person("Ann", "ann@example.org")
    closure = sendout(channels="email")
    send_now(closure)
    journal = Journal(tmp_path)
    os.close(journal._file)
    journal._file = os.open("/dev/full", os.O_RDWR)
    with pytest.raises(Unwritten, match="No space left"):
        claim(closure.pk, "email", 1, 10, note=partial(journal.claimed, journal.claiming()))
    assert being_sent() == 0
    die(journal)


def test_a_journal_in_use_is_left_alone(tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]):
    sendout, slice_ = claimed
    journal = Journal(tmp_path)
    begin(journal, sendout.pk, hold(), slice_)
    assert replay(tmp_path) == 0
    assert being_sent() == 3
    die(journal)


def test_what_was_settled_is_not_settled_again(
    tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]
):
    sendout, slice_ = claimed
    journal = Journal(tmp_path)
    journal.settled(begin(journal, sendout.pk, hold(), slice_))
    die(journal)
    assert replay(tmp_path) == 1
    assert being_sent() == 3


def test_a_line_cut_short_ends_the_journal(tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]):
    sendout, slice_ = claimed
    journal = Journal(tmp_path)
    number = begin(journal, sendout.pk, hold(), slice_)
    journal.answered(number, slice_[0].row.id, Accepted("1"))
    journal.answered(number, slice_[1].row.id, Accepted("2"))
    die(journal)
    journal.path.write_bytes(journal.path.read_bytes()[:-5])
    replay(tmp_path)
    assert statuses() == ["sent", "deferred", "deferred"]


def test_settling_twice_changes_nothing(tmp_path: Path, claimed: tuple[SendOut, list[Prepared]]):
    sendout, slice_ = claimed
    journal = Journal(tmp_path)
    number = begin(journal, sendout.pk, hold(), slice_)
    for prepared in slice_:
        journal.answered(number, prepared.row.id, Accepted("1"))
    die(journal)
    text = journal.path.read_bytes()
    for _ in range(2):
        journal.path.write_bytes(text)
        replay(tmp_path)
    assert statuses() == ["sent"] * 3


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted("ref"),
        Accepted("ref", (Later(2.5, "bounced", "5.1.1 No"),)),
        Refused(True, "5.1.1", "Ünbekannt", Blame.ADDRESS),
        Refused(False, "4.2.1", "later", Blame.RECIPIENT, 300.0),
        Unsure("gone"),
    ],
)
def test_an_outcome_is_read_as_it_was_written(tmp_path: Path, outcome: Outcome):
    journal = Journal(tmp_path)
    number = begin(journal, 1, Hold(1, 1), [])
    journal.answered(number, 7, outcome)
    die(journal)
    with orphan(journal.path) as file:
        assert file is not None
        assert read(file)[number].answers == {7: outcome}
    assert read_outcome("u", {"text": "gone"}) == Unsure("gone")


def test_a_full_disk_is_trouble_and_no_exception(tmp_path: Path):
    journal = Journal(tmp_path)
    os.close(journal._file)
    journal._file = os.open("/dev/full", os.O_RDWR)
    number = begin(journal, 1, Hold(1, 1), [])
    journal.answered(number, 7, Accepted("1"))
    assert "No space left" in journal.trouble
    die(journal)


def test_the_file_begins_anew_when_nothing_is_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sendout.engine.journal.LARGE", 100)
    journal = Journal(tmp_path)
    for _ in range(50):
        number = begin(journal, 1, Hold(1, 1), [])
        journal.answered(number, 7, Accepted("1"))
        journal.settled(number)
    assert journal.path.stat().st_size < 300
    journal.close()
    assert not list(tmp_path.iterdir())


def test_after_trouble_sending_goes_on_only_when_there_is_room_again(tmp_path: Path):
    journal = Journal(tmp_path)
    written = journal._file
    journal._file = os.open("/dev/full", os.O_RDWR)
    number = begin(journal, 1, Hold(1, 1), [])
    journal.answered(number, 7, Accepted("1"))
    assert not journal.ready()
    os.close(journal._file)
    journal._file = written
    assert not journal.ready(), "a slice is still in hand"
    journal.settled(number)
    assert journal.ready()
    journal.close()


def test_half_a_line_is_taken_back(tmp_path: Path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal(tmp_path)
    number = begin(journal, 1, Hold(1, 1), [])
    journal.answered(number, 7, Accepted("1"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal._size + 20, limits[1]))
    try:
        journal.answered(number, 8, Accepted("2"))
        assert "full" in journal.trouble
        assert not journal.ready()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    journal.answered(number, 9, Accepted("3"))
    die(journal)
    with orphan(journal.path) as file:
        assert file is not None
        assert read(file)[number].answers == {7: Accepted("1"), 9: Accepted("3")}
