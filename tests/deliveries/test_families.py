from __future__ import annotations

from collections import defaultdict

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.deliveries import again, amending
from sendout.deliveries.board import board, last_heard
from sendout.deliveries.claim import claim
from sendout.deliveries.estimate import estimate
from sendout.deliveries.families import for_families, told_with
from sendout.deliveries.freeze import forecast, send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.people.models import Participant
from sendout.senders.models import Channel
from sendout.suppression.entries import suppress
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
LACKING = {"no_address", "invalid_address", "landline", "bad_email", "bad_number"}
PERSON = st.tuples(
    st.sampled_from(["", "a@example.org", "b@example.org", "stop@example.org", "wrong@"]),
    st.sampled_from(["", "+15145550111", "+15145550112", "+15145550119"]),
    st.sampled_from(["", "", "=F", "+G", "-"]),
)


@given(people=st.lists(PERSON, min_size=1, max_size=9))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_has_a_row_and_each_address_of_a_family_one_message(
    club: Organisation, sendout: MakeSendOut, people: list[tuple[str, str, str]]
) -> None:
    with transaction.atomic():
        for number, (email, phone, family) in enumerate(people):
            make(club, number, email, phone, family)
        suppress(club, "email", "stop@example.org", "unsubscribed")
        sent = sendout(channels="both", once_per="family")
        expected = forecast(sent).by_channel
        priced = {part.channel: part.messages for part in estimate(sent).parts}
        send_now(sent)
        for channel in Channel.values:
            rows = list(Delivery.objects.filter(sendout=sent, channel=channel).order_by("pk"))
            assert len(rows) == len({row.participant_id for row in rows}) == len(people)
            hold_the_law(rows)
            leaving = [row for row in rows if row.status == "queued"]
            assert expected[channel].to_send == priced.get(channel, 0) == len(leaving)
            assert expected[channel].carried == sum(row.status == "carried" for row in rows)
            say_all_names(sent.pk, channel, rows)
        transaction.set_rollback(True)


def make(club: Organisation, number: int, email: str, phone: str, family: str) -> None:
    Participant.objects.create(
        organisation=club,
        first_name=f"N{number}n",
        email=email,
        email_normal="" if email == "wrong@" else email,
        phone=phone,
        phone_kind="landline" if phone.endswith("9") else "",
        family=f"-~{number}" if family == "-" else family,
    )


def hold_the_law(rows: list[Delivery]) -> None:
    """State what leaves and what is told with it."""
    leaving = {row.participant_id: row for row in rows if row.status == "queued"}
    for row in rows:
        if row.status == "carried":
            assert row.carrier in leaving
            assert (row.batch, row.skip_reason) == (0, "")
        elif row.status == "queued":
            assert row.carrier is None
    homes: dict[tuple[str, str], set[int | None]] = defaultdict(set)
    for row in rows:
        head = row.carrier if row.status == "carried" else row.participant_id
        usable = row.status == "queued" or (row.carrier and row.address == leaving[head].address)
        if usable and row.participant and row.participant.family:
            homes[row.address, row.participant.family[1:]].add(head)
    assert all(len(heads) == 1 for heads in homes.values())
    said_of = {row.participant.family[1:] for row in leaving.values() if row.participant}
    for row in rows:  # who lacks an address and has family that is written to is never left out
        if row.status == "skipped" and row.participant and row.participant.family:
            told = row.participant.family[1:] in said_of
            assert not (told and row.skip_reason in LACKING)


def say_all_names(sendout: int, channel: str, rows: list[Delivery]) -> None:
    """State that each message names all whom it is for, once."""
    for_them: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.participant and row.status in ("queued", "carried"):
            for_them[row.carrier or row.participant_id or 0].add(row.participant.first_name)
    batches = {row.batch for row in rows if row.batch}
    for batch in batches:
        for taken in for_families(claim(sendout, channel, batch, 500).claimed):
            person = Delivery.objects.get(pk=taken.id).participant_id or 0
            said = taken.first_name.replace(" and ", ", ").split(", ")
            assert sorted(said) == sorted(for_them[person])


def test_a_family_stands_as_its_message_does(
    club: Organisation, sendout: MakeSendOut, person: MakePerson
) -> None:
    """Mia and Tom share an address, Zoé has none: when the one email comes back, all missed it."""
    mia = person("Mia", "mother@example.org", "+15145550111", last_name="Roy")
    person("Tom", "mother@example.org", last_name="Roy")
    person("Zoé", "", "+15145550111", last_name="Roy")
    eve = person("Eve", "eve@example.org")
    sent = sendout(channels="email", once_per="family")
    told = told_with(sent, Channel, mia)
    assert [each.first_name for each in told[Channel.EMAIL]] == ["Mia", "Tom", "Zoé"]
    assert told_with(sent, [Channel.EMAIL], eve) == {Channel.EMAIL: [eve]}
    send_now(sent)
    rows = {row.participant_id: row for row in Delivery.objects.filter(sendout=sent)}
    assert sorted(row.status for row in rows.values()) == [
        "carried", "carried", "queued", "queued",
    ]  # fmt: skip
    now = sent.created_at
    record([Happening(rows[each.pk].pk, "accepted", now) for each in (mia, eve)])
    correction = amending.begin_correction(sent, None)  # type: ignore[arg-type]
    assert correction.people.count() == 4
    record([Happening(rows[mia.pk].pk, "bounced", now, code="5.1.1")])
    assert again.count(sent).missed_email == 3
    stands = board(sent.pk, last_heard(sent, now))
    assert (stands.cannot, stands.waiting + stands.reached) == (3, 1)
