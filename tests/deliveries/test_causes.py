"""Why deliveries did not arrive: the groups add up to the counts, and each leads to its rows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.core.bounces.clusters import gather, shape_of
from sendout.deliveries import causes, causes_steps, steer
from sendout.deliveries.causes import Part, alike, heard, matching, with_cause
from sendout.deliveries.causes_steps import retry_now, send_again
from sendout.deliveries.claim import claim
from sendout.deliveries.counting import Tally, tallies
from sendout.deliveries.freeze import send_now
from sendout.deliveries.models import Batch, Delivery
from sendout.deliveries.record import Happening, record
from sendout.senders.models import RecipientDomain, Sender
from sendout.sendouts.models import SendOut
from tests.deliveries.conftest import MakePerson, MakeSendOut

pytestmark = pytest.mark.django_db
BLOCKED = "550 5.7.1 Mail from 203.0.113.{n} is blocked, see id {n}a{n}"
OUTCOMES = {
    "blocked": ("bounced", "5.7.1", BLOCKED),
    "unknown": ("bounced", "5.1.1", "550 5.1.1 <p{n}@a.test> User unknown"),
    "refused": ("bounced", "5.7.0", "554 5.7.0 This message looks like spam, id {n}"),
    "spam": ("failed", "5.7.0", "This message looks like spam"),
    "grey": ("deferred", "4.7.1", "Greylisted, come again in {n} seconds"),
    "full": ("deferred", "4.2.2", "mailbox full"),
    "taken": ("accepted", "", ""),
    "unsure": ("unsure", "", "gone"),
    "queued": ("", "", ""),
}
KEYS = {
    "blocked": "failed-blocked",
    "unknown": "failed-no_mailbox",
    "spam": "failed-content",
    "refused": "failed-content",
    "grey": "later-greylist",
    "full": "later-full",
    "unsure": "unknown",
}


def part(sendout: SendOut, channel: str = "email") -> Part:
    return Part(sendout.pk, channel, tallies([sendout.pk])[sendout.pk].get(channel) or Tally())


def groups(sendout: SendOut) -> dict[str, int]:
    return {group.key: group.n for group in gather(alike(part(sendout)))}


@pytest.fixture
def started(person: MakePerson, sendout: MakeSendOut) -> SendOut:
    for n in range(16):
        person(f"P{n}", f"p{n}@{'outlook.com' if n % 2 else 'a.test'}")
    person("Nobody")
    closure = sendout()
    send_now(closure)
    return closure


def settle(sendout: SendOut, *outcomes: str, ago: timedelta = timedelta()) -> None:
    now = timezone.now() - ago
    rows = Delivery.objects.filter(sendout=sendout, status="queued").order_by("pk")
    for n, (row, outcome) in enumerate(zip(rows, outcomes, strict=False)):
        kind, code, text = OUTCOMES[outcome]
        later = now + timedelta(hours=1) if kind == "deferred" else None
        said = text.format(n=n)
        if kind:
            told = Happening(row.pk, kind, now, code=code, text=said, attempt=1, next_try_at=later)
            record([told])
    if {"grey", "full"} & set(outcomes):
        Batch.objects.filter(sendout=sendout).update(
            ready=False, retry_at=timezone.now() + timedelta(hours=1)
        )


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(outcomes=st.lists(st.sampled_from(sorted(OUTCOMES)), min_size=16, max_size=16))
def test_the_groups_add_up_to_the_counts_and_lead_to_their_rows(
    sendout: MakeSendOut, started: SendOut, outcomes: list[str]
) -> None:
    again = sendout()
    send_now(again)
    settle(again, *outcomes)
    found = groups(again)
    wanted = Counter(KEYS[each] for each in outcomes if each in KEYS)
    assert found == {**wanted, "skipped-no_address": 1}
    for key, n in found.items():
        rows = with_cause(Delivery.objects.filter(sendout=again), part(again), key)
        assert rows.count() == n, key


def test_words_that_differ_by_ids_alone_are_one(started: SendOut) -> None:
    settle(started, *["blocked"] * 8)
    [blocked, other] = [a for a in alike(part(started)) if a.status == "bounced"]
    assert {blocked.domain, other.domain} == {"a.test", "outlook.com"}
    assert blocked.shape == other.shape
    assert blocked.since is not None


def test_of_very_many_the_rest_is_counted_and_not_looked_at(
    started: SendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(started, *["unknown"] * 6)
    monkeypatch.setattr(causes, "MOST", 4)
    found = groups(started)
    assert found == {"failed-no_mailbox": 4, "rest-bounced": 2, "skipped-no_address": 1}
    assert len(list(matching(part(started), "failed-no_mailbox"))) == 4


@pytest.mark.parametrize("at_once", [1, 2, 3, 16, 2_000])
def test_rows_are_given_in_their_order_however_many_are_read_at_once(
    started: SendOut, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    settle(started, *["blocked", "spam", "grey", "refused", "full"] * 3)
    batch = Batch.objects.get(sendout=started)
    rows = Delivery.objects.filter(sendout=started, batch__gt=0).order_by("pk")
    middle = [row.pk for row in rows][8]
    Batch.objects.create(
        sendout=started, channel="email", ordinal=99, first=middle, last=batch.last, ready=True
    )
    Batch.objects.filter(pk=batch.pk).update(last=middle - 1)
    monkeypatch.setattr(causes, "AT_ONCE", at_once)
    spam = rows.filter(error_text__contains="spam")
    assert set(spam.values_list("status", flat=True)) == {"bounced", "error"}
    grey = rows.filter(error_text__contains="Greylisted")
    for key, wanted in {"failed-content": spam, "later-greylist": grey}.items():
        assert list(matching(part(started), key)) == [row.pk for row in wanted]
    assert len(spam) == 6
    assert len(grey) == 3
    assert list(matching(part(started), "later-content")) == []


def test_a_long_word_is_looked_through_once() -> None:
    """Looked through again from each of its letters, it would take minutes."""
    assert shape_of(f"{'a' * 100_000} {'b' * 100_000}1") == f"{'a' * 100_000} #"


@given(text=st.text(st.sampled_from("ab@0_９é\n\t <>.:%\\"), max_size=40))
def test_what_differs_is_left_out_in_sql_as_in_python(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {causes.SHAPE.format(text='%s::text')}", [text])
        assert cursor.fetchone() == (shape_of(text),)


def test_what_was_cancelled_is_a_group(started: SendOut) -> None:
    steer.cancel(started)
    assert groups(started) == {"cancelled": 16, "skipped-no_address": 1}
    rows = with_cause(Delivery.objects.filter(sendout=started), part(started), "cancelled")
    assert rows.count() == 16


@pytest.mark.parametrize(
    "key", ["failed-nonsense", "rest-bounced", "", "'; DROP", "skipped-", "%s"]
)
def test_a_cause_that_does_not_occur_has_no_rows(started: SendOut, key: str) -> None:
    settle(started, "blocked")
    assert not with_cause(Delivery.objects.all(), part(started), key).exists()


def test_what_a_worker_has_in_hand_does_not_wait(started: SendOut) -> None:
    settle(started, *["full"] * 4)
    Delivery.objects.filter(status="deferred").update(
        next_try_at=timezone.now() - timedelta(hours=1)
    )
    Batch.objects.update(ready=True)
    taken = claim(started.pk, "email", 1, 2).claimed
    waiting = part(started).tally.by_status["deferred"]
    assert len(taken) == 2
    assert groups(started)["later-full"] == waiting == 2


def test_who_refused_is_counted_by_domain(started: SendOut) -> None:
    settle(started, *["taken", "blocked"] * 6)
    found = heard(part(started))
    assert found.by_domain == {"a.test": (6, 0), "outlook.com": (6, 6)}
    assert found.whole


def test_those_that_wait_are_tried_again_now_and_no_others(
    started: SendOut, email_sender: Sender
) -> None:
    settle(started, "grey", "full", "full", "full", ago=timedelta(minutes=5))
    row = Delivery.objects.filter(error_code="4.2.2").first()
    Delivery.objects.filter(pk=row.pk).update(attempt=9, answered=9)
    RecipientDomain.objects.create(
        sender=email_sender,
        domain="outlook.com",
        closed_until=timezone.now() + timedelta(hours=1),
    )
    assert retry_now(started, part(started), "later-full") == 2
    due = Delivery.objects.filter(next_try_at__lte=timezone.now())
    assert due.count() == 2
    assert not due.filter(error_code="4.7.1").exists()
    assert Batch.objects.filter(retry_at__lte=timezone.now()).exists()
    assert not RecipientDomain.objects.filter(closed_until__isnull=False).exists()
    assert retry_now(started, part(started), "later-full") == 0
    assert retry_now(started, part(started), "failed-full") == 0


def test_one_refused_a_moment_ago_is_not_asked_again(started: SendOut) -> None:
    settle(started, "full")
    assert retry_now(started, part(started), "later-full") == 0


def test_the_blocked_get_it_again_once(club: Organisation, started: SendOut) -> None:
    settle(started, *["blocked"] * 4, "unknown", *["taken"] * 11)
    again = send_again(started, part(started), "failed-blocked", None)
    assert (len(again.sendouts), again.people) == (1, 4)
    assert send_again(started, part(started), "failed-blocked", None).sendouts == []
    assert send_again(started, part(started), "failed-no_mailbox", None).sendouts == []


def test_what_can_be_done_names_causes_that_exist() -> None:
    assert {f"later-{why}" for why in ("full", "greylist", "blocked")} <= causes_steps.RETRIED
    assert "failed-no_mailbox" not in causes_steps.SENT_AGAIN
