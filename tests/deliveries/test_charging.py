"""The law of money: whatever happens, in whatever order, rows, usage and statement agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.compose.models import Message
from sendout.core.money import read_amount
from sendout.core.regions import region_of
from sendout.deliveries import steer
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record, record_slice
from sendout.people.models import Participant
from sendout.senders.models import Sender
from sendout.sendouts.models import SendOut
from sendout.usage.ledger import charge, spent
from sendout.usage.models import Usage
from sendout.usage.prices import price_list
from sendout.usage.prices import replace as replace_prices
from sendout.usage.statement import by_kind, lines, months, rows, total, used_in
from tests.counts import assert_charged, assert_counted, in_database
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 5, 16, tzinfo=UTC)
PRICES = {
    ("email", "out", ""): 1_000,
    ("sms", "out", "CA"): 14_000,
    ("sms", "out", "US"): 11_000,
    ("sms", "out", ""): 90_000,
    ("sms", "in", "CA"): 5_000,
}
PHONES = ("+15145550101", "+12125550102", "+33612345678", "+15145550103")


@pytest.fixture
def priced(club: Organisation) -> Organisation:
    replace_prices(club, PRICES)
    return club


@pytest.fixture
def text(priced: Organisation, person: MakePerson, sendout: MakeSendOut) -> Delivery:
    """One text to Montréal, on its way."""
    person("Ann", phone=PHONES[0])
    send_now(sendout(channels="sms"))
    return Delivery.objects.get()


COST = {"segments": 2, "price": 28_000, "country": "CA"}


def cost(row: Delivery) -> tuple[str, int, str, int]:
    row.refresh_from_db()
    return row.status, row.price, row.country, sum(Usage.objects.values_list("price", flat=True))


def test_an_acceptance_is_charged_once_however_often_it_is_told(text: Delivery):
    for _ in range(3):
        record([Happening(text.pk, "accepted", START, **COST)] * 2)
    record_slice(START, [(text.pk, "", 2, 28_000, "CA")], [])
    assert cost(text) == ("sent", 28_000, "CA", 28_000)
    assert Usage.objects.get().n == 1


def test_a_price_list_that_changes_changes_nothing_that_was_charged(text: Delivery):
    record([Happening(text.pk, "accepted", START, **COST)])
    record([Happening(text.pk, "accepted", START, **COST | {"price": 99_000})])
    assert cost(text) == ("sent", 28_000, "CA", 28_000)


def test_a_receipt_before_the_acceptance_is_charged_with_the_acceptance(text: Delivery):
    record([Happening(text.pk, "delivered", START, "test", "1")])
    assert cost(text) == ("delivered", 0, "", 0)
    record_slice(START, [(text.pk, "abc", 2, 28_000, "CA")], [])
    assert cost(text) == ("delivered", 28_000, "CA", 28_000)


def test_an_unknown_text_is_charged_when_a_receipt_tells_that_it_was_taken(text: Delivery):
    record([Happening(text.pk, "unsure", START, key="1", attempt=1, **COST)])
    assert cost(text) == ("unknown", 0, "CA", 0)
    for _ in range(2):
        record([Happening(text.pk, "delivered", START, "test", "1")])
    assert cost(text) == ("delivered", 28_000, "CA", 28_000)
    record([Happening(text.pk, "accepted", START, **COST)])
    assert cost(text) == ("delivered", 28_000, "CA", 28_000)


@pytest.mark.parametrize("kind", ["bounced", "failed"])
def test_a_failure_alone_is_not_charged(text: Delivery, kind: str):
    record([Happening(text.pk, "unsure", START, key="1", attempt=1, **COST)])
    record([Happening(text.pk, kind, START, "test", "1")])
    assert cost(text)[1::2] == (0, 0)


def test_what_was_accepted_and_came_back_stays_charged(text: Delivery):
    record([Happening(text.pk, "bounced", START, "test", "1")])
    record([Happening(text.pk, "accepted", START, **COST)])
    assert cost(text) == ("bounced", 28_000, "CA", 28_000)


def test_what_is_cancelled_costs_nothing_until_it_turns_out_to_have_left(text: Delivery):
    record([Happening(text.pk, "unsure", START, key="1", attempt=1, **COST)])
    later = {"attempt": 1, "next_try_at": START, "key": "1"}
    record([Happening(text.pk, "deferred", START, **later)])
    steer.cancel(text.sendout)
    assert cost(text) == ("cancelled", 0, "CA", 0)
    record([Happening(text.pk, "delivered", START, "test", "1")])
    assert cost(text) == ("delivered", 28_000, "CA", 28_000)


def test_what_is_free_is_counted_all_the_same(text: Delivery):
    record([Happening(text.pk, "accepted", START, segments=1, country="CA")])
    assert cost(text) == ("sent", 0, "CA", 0)
    assert (Usage.objects.get().n, Usage.objects.get().segments) == (1, 1)


def test_a_charge_stands_on_the_day_it_became_known(text: Delivery):
    record([Happening(text.pk, "accepted", START, **COST)], datetime(2026, 2, 1, 4, tzinfo=UTC))
    assert Usage.objects.get().day == date(2026, 1, 31)


# --- a random month -------------------------------------------------------------------------------

KINDS = ("accepted", "accepted", "delivered", "bounced", "failed", "unsure", "deferred", "opened",
         "clicked", "replied", "complained")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something that happens: which row, what, on which day; or a text that comes in."""

    what: str
    row: int
    day: int
    again: int


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from([*KINDS, "slice", "inbound", "cancel", "skip"]),
        st.integers(0, 11),
        st.integers(0, 40),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=40,
)


def enrol(organisation: Organisation) -> None:
    """Give an organisation people in several countries and two send-outs that run."""
    for number, phone in enumerate(PHONES):
        Participant.objects.create(
            organisation=organisation,
            first_name=str(number),
            email=f"{number}@example.org",
            email_normal=f"{number}@example.org",
            phone=phone,
        )
    senders = {
        channel: Sender.objects.create(
            organisation=organisation,
            name=channel,
            channel=channel,
            kind="sandbox",
            from_address=address,
        )
        for channel, address in (("email", "office@example.org"), ("sms", "+15145550100"))
    }
    for channels in ("both", "sms"):
        message = Message.objects.create(
            organisation=organisation, subject="News", body="News", sms_text="News"
        )
        sendout = SendOut.objects.create(
            organisation=organisation,
            name=channels,
            message=message,
            channels=channels,
            everyone=True,
            email_sender=senders["email"],
            sms_sender=senders["sms"],
        )
        send_now(sendout)


def price_of(row: Delivery) -> dict[str, int | str]:
    """Say what a row costs: its segments grow with its id, as texts differ in length."""
    phone = "" if row.channel == "email" else row.address
    segments = 1 if row.channel == "email" else 1 + row.pk % 3
    country = region_of(phone)
    each = price_list(row.organisation_id).price(row.channel, country)
    return {"segments": segments, "price": segments * each, "country": country}


def happen(step: Step, deliveries: list[Delivery], clubs: list[Organisation]) -> int:
    """Let it happen, as often as it is told; gives what a received text was charged."""
    now = START + timedelta(days=step.day, hours=step.row)
    row = deliveries[step.row % len(deliveries)]
    cost = price_of(row)
    if step.what == "inbound":
        phone = PHONES[step.row % len(PHONES)]
        return charge(clubs[step.row % len(clubs)], phone, step.again, now).price
    if step.what in {"cancel", "skip"}:
        fact = "cancelled" if step.what == "cancel" else "skipped"
        record([Happening(row.pk, fact, now, "test", "stop")] * step.again, now)
        return 0
    if step.what == "slice":
        told = [(row.pk, "ref", *cost.values())]
        for _ in range(step.again):
            record_slice(now, told, [])
        return 0
    happening = Happening(row.pk, step.what, now, "test", f"{step.day}", attempt=step.again)
    if step.what in {"accepted", "unsure"}:
        happening = replace(happening, **cost)
    for _ in range(step.again):
        record([happening] * step.again, now)
    return 0


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(story=steps)
def test_rows_usage_and_statement_agree_after_any_month(
    club: Organisation, other_club: Organisation, story: list[Step]
):
    with transaction.atomic():
        clubs = [club, other_club]
        replace_prices(club, PRICES)
        replace_prices(other_club, {("sms", "out", ""): 3})
        for each in clubs:
            enrol(each)
        deliveries = list(Delivery.objects.order_by("pk"))
        received: Counter[int] = Counter()
        for step in story:
            price = happen(step, deliveries, clubs)
            if step.what == "inbound":
                received[clubs[step.row % 2].pk] += price
        check_agreement(clubs, received)
        transaction.set_rollback(True)


def check_agreement(clubs: list[Organisation], received: Counter[int]) -> None:
    """What the rows were charged is what the ledger has, what the statement and the file say."""
    assert_counted(in_database)
    assert_charged(in_database)
    for club in clubs:
        own = Delivery.objects.filter(organisation=club)
        charged = sum(own.values_list("price", flat=True)) + received[club.pk]
        assert not own.filter(status__in=("skipped", "cancelled", "error"), price__gt=0).exists()
        every = months(club, START.date().replace(day=1))
        by_month = {month: total(by_kind(used_in(club, month))).price for month in every}
        assert sum(by_month.values()) == charged
        assert {month: spent(club.pk, month) for month in every} == by_month
        for month, price in by_month.items():
            used = used_in(club, month)
            for by in ("day", "sendout", "country"):
                assert total(lines(used, by)).price == price
            assert sum(read_amount(str(row[7])) for row in rows(club, month)) == price
