"""Files inside emails: encoded once, byte for byte the same at the other end, signed, in slices."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from io import BytesIO
from typing import Any

import dkim
import pytest
from django.utils import timezone

from sendout.accounts.models import Organisation, User
from sendout.compose import attaching
from sendout.compose.filing import add_file, choose
from sendout.core.message.attached import encoded_size
from sendout.core.pace import LARGEST
from sendout.core.providers.base import Envelope
from sendout.deliveries.claim import Claimed
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.engine import tails as room
from sendout.engine.prepare import Way, find_way
from sendout.engine.tails import SLICE_BYTES, Tails, fitting
from sendout.pages.outbox.mail import whole
from sendout.senders import signing
from sendout.senders.models import OutboxCopy, Sender
from sendout.senders.ways import put_settings
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut
from tests.engine.conftest import RunBatches
from tests.rigs.recording_sink import RecordingSink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs_left"),
]
PDF = b"%PDF-1.7\n.\n..\n" + bytes(range(256)) * 3_000
NAME = "Été à l'eau.pdf"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nothing encoded: ids of messages come again from one test to the next."""
    monkeypatch.setattr("sendout.engine.prepare.tails", Tails())


def attach(sendout: SendOut, *contents: bytes) -> SendOut:
    for content in contents:
        add_file(sendout.message, NAME, BytesIO(content), attached=True)
    return sendout


def files_in(mail: bytes) -> list[tuple[str | None, bytes]]:
    parts = message_from_bytes(mail, policy=default).walk()
    return [(p.get_filename(), _bytes(p)) for p in parts if p.get_filename()]


def _bytes(part: Mail) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def way_of(sendout: SendOut) -> Way:
    way = find_way(sendout.pk, "email")
    assert way is not None
    return way


def envelopes(way: Way, count: int = 3) -> list[Envelope]:
    to = "a@x.example"
    rows = [Claimed(n, 1, to, to, "Ann", "", to, "", "en") for n in range(1, count + 1)]
    made = [prepared.envelope for prepared in way.prepare(rows, timezone.now())]
    assert all(isinstance(each, Envelope) for each in made)
    return made  # type: ignore[return-value]


def test_every_recipient_gets_the_file_through_a_real_server(
    sendout: MakeSendOut,
    person: MakePerson,
    email_sender: Sender,
    run_batches: RunBatches,
) -> None:
    for n in range(3):
        person(f"P{n}", f"p{n}@x.example")
    with RecordingSink(keeps=True) as sink:
        email_sender.kind = "smtp"
        put_settings(email_sender, {"host": "127.0.0.1", "port": sink.port, "tls": "none"})
        email_sender.save()
        draft = attach(sendout(), PDF)
        send_now(draft)
        run_batches(draft)
    assert {each.status for each in Delivery.objects.all()} == {"sent"}
    assert [files_in(mail) for mail in sink.mails] == [[(NAME, PDF)]] * 3


def test_the_outbox_shows_the_file_and_keeps_it_once(
    sendout: MakeSendOut, person: MakePerson, email_sender: Sender, run_batches: RunBatches
) -> None:
    person("Ann", "deliver@sandbox.test")
    draft = attach(sendout(), PDF)
    send_now(draft)
    run_batches(draft)
    copy = OutboxCopy.objects.get()
    assert len(copy.content) < 20_000
    assert files_in(whole(copy)) == [(NAME, PDF)]


def test_files_are_read_and_encoded_once_for_all(
    sendout: MakeSendOut, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    person("Ann", "a@x.example")
    draft = attach(sendout(), PDF, b"%PDF-2")
    send_now(draft)
    read: list[int] = []
    monkeypatch.setattr(room, "tail_of", lambda m, b: read.append(m.pk) or attaching.tail_of(m, b))
    found = envelopes(way_of(draft), 50) + envelopes(way_of(draft), 50)
    assert read == [draft.message_id]
    assert len({id(each.tail) for each in found}) == 1
    assert all(len(each.content) < 20_000 for each in found)
    assert [content for _, content in files_in(found[7].content + found[7].tail)] == [
        PDF,
        b"%PDF-2",
    ]


def test_without_files_inside_nothing_is_looked_for(
    sendout: MakeSendOut, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(room, "tail_of", never)
    person("Ann", "a@x.example")
    draft = sendout()
    add_file(draft.message, NAME, BytesIO(PDF))  # a link
    send_now(draft)
    way = way_of(draft)
    assert [each.tail for each in envelopes(way)] == [b""] * 3
    assert way.text.most == LARGEST


def test_a_signature_holds_for_the_whole(
    sendout: MakeSendOut, person: MakePerson, email_sender: Sender
) -> None:
    keys = signing.make_keys(["rsa", "ed25519"])
    email_sender.kind = "smtp"
    put_settings(email_sender, {"host": "mail.example", "port": 25})
    signing.put_keys(email_sender, "club.example", "s", keys)
    email_sender.dkim_on = True
    email_sender.save()
    person("Ann", "a@x.example")
    draft = attach(sendout(), PDF)
    send_now(draft)
    records = {f"{r.name}.".encode(): r.value.encode() for r in signing.records(email_sender)}
    [envelope] = envelopes(way_of(draft), 1)
    mail = envelope.content + envelope.tail

    def answer(name: bytes, timeout: int = 5) -> Any:
        return records.get(name)

    assert [dkim.DKIM(mail).verify(n, dnsfunc=answer) for n in (0, 1)] == [True, True]


def test_a_file_that_became_a_link_is_inside_no_more(
    sendout: MakeSendOut, person: MakePerson
) -> None:
    person("Ann", "a@x.example")
    draft = attach(sendout(), PDF)
    choose(draft.message.linked_files.get(), attached=False)
    send_now(draft)
    [envelope] = envelopes(way_of(draft), 1)
    assert envelope.tail == b""
    assert b"multipart/mixed" not in envelope.content
    assert b"/f/" in envelope.content


def test_slices_are_small_enough_to_leave_in_their_time(
    sendout: MakeSendOut, person: MakePerson
) -> None:
    assert fitting(0, LARGEST) == LARGEST
    assert fitting(SLICE_BYTES * 2, LARGEST) == 1
    person("Ann", "a@x.example")
    draft = attach(sendout(), b"%PDF-" + b"x" * 2_500_000)
    send_now(draft)
    way = way_of(draft)
    [envelope] = envelopes(way, 1)
    assert abs(len(envelope.tail) - encoded_size(2_500_005)) < 400
    assert (
        way.text.most * len(envelope.tail) <= SLICE_BYTES < (way.text.most + 2) * len(envelope.tail)
    )


def test_memory_is_bound(club: Organisation, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "tail_of", lambda message, _: bytes(400) + bytes(message.pk))
    kept = Tails(most=1_000)
    first = kept.of(1, 1, "b")
    assert kept.of(1, 1, "b") is first
    assert kept.of(1, 2, "b") is not first
    kept.of(2, 1, "b")  # the first version is forgotten
    assert kept.of(1, 1, "b") is not first
    large = kept.of(5_000, 1, "b")
    assert kept.of(5_000, 1, "b") is large
