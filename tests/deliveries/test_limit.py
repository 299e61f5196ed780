"""What a month may cost: what does not fit does not start, and nothing goes on beyond it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sendout.accounts.models import Organisation
from sendout.deliveries import limit, steer
from sendout.deliveries.freeze import send_now
from sendout.deliveries.limit import pause_beyond
from sendout.deliveries.models import Delivery
from sendout.deliveries.record import Happening, record
from sendout.engine import sweep
from sendout.people.models import Participant
from sendout.sendouts.lifecycle import NotPossible, schedule
from sendout.sendouts.models import SendOut, State
from sendout.usage.ledger import charge
from sendout.usage.models import Usage
from sendout.usage.prices import put
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db

EACH = 1_000_000  # a text costs a dollar here


@pytest.fixture
def limited(club: Organisation, person: MakePerson) -> Organisation:
    """Five people to text for five dollars, and eight dollars a month."""
    put(club, ("sms", "out", ""), EACH)
    for number in range(5):
        person(f"Swimmer {number}", phone=f"+1514555010{number}")
    return allow(club, 8)


def allow(club: Organisation, dollars: int | None) -> Organisation:
    club.spending_limit = None if dollars is None else dollars * EACH
    club.save()
    return club


def accept(sendout: SendOut, n: int) -> None:
    """Have the first of its rows accepted."""
    rows = Delivery.objects.filter(sendout=sendout, status="queued").order_by("pk")[:n]
    cost = {"segments": 1, "price": EACH, "country": "CA"}
    record(Happening(row.pk, "accepted", timezone.now(), **cost) for row in rows)


def test_what_does_not_fit_does_not_start_and_says_what_to_do(
    limited: Organisation, sendout: MakeSendOut
):
    send_now(sendout(channels="sms"))
    second = sendout(channels="sms")
    with pytest.raises(NotPossible) as refused:
        send_now(second)
    said = str(refused.value)
    assert "would cost 5.00 CAD, and 3.00 CAD of this month's 8.00 CAD are left" in said
    assert "(5.00 CAD are kept for what is being sent)" in said
    assert "raise the limit under Settings, Prices" in said
    second.refresh_from_db()
    assert (second.state, Delivery.objects.filter(sendout=second).count()) == (State.DRAFT, 0)
    allow(limited, 10)
    send_now(second)


def test_what_was_charged_is_not_counted_twice(limited: Organisation, sendout: MakeSendOut):
    first = sendout(channels="sms")
    send_now(first)
    accept(first, 2)
    stands = limit.month(limited, timezone.now())
    assert stands is not None
    assert (stands.spent, stands.promised, stands.left) == (2 * EACH, 3 * EACH, 3 * EACH)


def test_a_limit_that_is_just_reached_holds_nothing_up(limited: Organisation, sendout: MakeSendOut):
    allow(limited, 5)
    first = sendout(channels="sms")
    send_now(first)
    accept(first, 5)
    pause_beyond(timezone.now())
    first.refresh_from_db()
    assert first.state == State.RUNNING


def test_without_a_limit_nothing_is_asked(limited: Organisation, sendout: MakeSendOut):
    allow(limited, None)
    for _ in range(3):
        send_now(sendout(channels="sms"))
    pause_beyond(timezone.now())
    assert not SendOut.objects.exclude(state=State.RUNNING).exists()


def test_what_is_free_starts_whatever_was_spent(limited: Organisation, sendout: MakeSendOut):
    Participant.objects.update(email="a@example.org", email_normal="a@example.org")
    allow(limited, 0)
    free = sendout(channels="email")
    send_now(free)
    pause_beyond(timezone.now())
    free.refresh_from_db()
    assert free.state == State.RUNNING


def test_last_months_spending_does_not_count(limited: Organisation, sendout: MakeSendOut):
    charge(limited, "+15145550100", 7, timezone.now() - timedelta(days=40))
    send_now(sendout(channels="sms"))


def test_another_organisations_spending_does_not_count(
    limited: Organisation, other_club: Organisation, sendout: MakeSendOut
):
    put(other_club, ("sms", "in", ""), EACH)
    charge(other_club, "+15145550100", 9, timezone.now())
    send_now(sendout(channels="sms"))


def test_when_it_is_used_up_meanwhile_the_send_out_pauses_and_says_so(
    limited: Organisation, sendout: MakeSendOut
):
    running = sendout(channels="sms")
    send_now(running)
    accept(running, 2)
    pause_beyond(timezone.now())
    running.refresh_from_db()
    assert running.state == State.RUNNING
    charge(limited, "+15145550100", 6, timezone.now())
    sweep.tick(timezone.now())
    running.refresh_from_db()
    assert running.state == State.PAUSED
    assert running.trouble.startswith("The 8.00 CAD that this month may cost are used up.")
    with pytest.raises(NotPossible, match=r"It would cost 3\.00 CAD, and 0\.00 CAD"):
        steer.resume(running)
    allow(limited, 11)
    steer.resume(running)
    running.refresh_from_db()
    assert (running.state, running.trouble) == (State.RUNNING, "")


def test_a_scheduled_send_out_that_does_not_fit_says_so_in_its_draft(
    limited: Organisation, sendout: MakeSendOut
):
    later = sendout(channels="sms")
    schedule(later, timezone.now() + timedelta(hours=1))
    allow(limited, 4)
    SendOut.objects.update(scheduled_for=timezone.now())
    sweep.tick(timezone.now())
    later.refresh_from_db()
    assert later.state == State.DRAFT
    assert later.trouble.startswith("It did not start at its time. It would cost 5.00 CAD")


def test_the_month_ends_by_the_organisations_clock(limited: Organisation, sendout: MakeSendOut):
    running = sendout(channels="sms")
    send_now(running)
    charge(limited, "+15145550100", 9, datetime(2026, 2, 1, 4, tzinfo=UTC))
    pause_beyond(datetime(2026, 2, 1, 6, tzinfo=UTC))
    running.refresh_from_db()
    assert running.state == State.RUNNING
    pause_beyond(datetime(2026, 2, 1, 4, 30, tzinfo=UTC))
    running.refresh_from_db()
    assert running.state == State.PAUSED
    assert Usage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_start_together_one_waits_for_the_other(
    limited: Organisation, sendout: MakeSendOut
):
    first, second = sendout(channels="sms"), sendout(channels="sms")
    refused: list[str] = []
    begun = threading.Event()

    def start() -> None:
        begun.set()
        try:
            send_now(second)
        except NotPossible as error:
            refused.append(str(error))
        finally:
            connection.close()

    other = threading.Thread(target=start)
    with transaction.atomic():
        send_now(first)
        other.start()
        begun.wait(10)
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    assert "3.00 CAD" in refused[0]
