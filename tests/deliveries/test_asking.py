"""What is kept of an audience is what asking anew would give, whatever changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.compose.fields import gap_of
from sendout.deliveries import asking, reaching
from sendout.deliveries.reaching import EMAIL, Part, Stand, reached, standing_of, who_gets
from sendout.people.models import Group, Participant
from sendout.senders.models import Channel, Sender
from sendout.sendouts.models import Channels, OncePer, SendOut
from sendout.suppression.entries import lift, suppress
from sendout.suppression.models import Suppression
from tests.deliveries.conftest import MakePerson, MakeSendOut

EVERYBODY = Part(EMAIL, 0, 99)
numbers = count(1)


def planned(asked: CaptureQueriesContext) -> int:
    """Count the statements that went through the audience."""
    return sum("planned" in each["sql"] for each in asked)


def shown(draft: SendOut) -> list[object]:
    """Give all that the pages ask for."""
    now = reached(draft, EVERYBODY)
    texts = set(who_gets(draft, Channel.SMS).values_list("pk", flat=True))
    return [now.stands, [each.person.pk for each in now.people], now.size, texts]


def is_true(draft: SendOut) -> bool:
    """Tell whether what is kept is what there is."""
    kept = shown(draft)
    asking.kept.clear()
    return kept == shown(draft)


# What may change, by what it is called: each takes the club, the draft and a number to choose by.


def enrol(club: Organisation, _draft: SendOut, n: int) -> None:
    each = next(numbers)
    address, phone = f"p{n % 3}@x.example", ("", "+15145550101", "+15145550102")[n % 4 % 3]
    Participant.objects.create(
        organisation=club, first_name=f"P{each}", email=address, email_normal=address,
        phone=phone, phone_typed=phone, fields={"Locker": "7"} if n % 2 else {},
    )  # fmt: skip


def chosen(club: Organisation, n: int) -> Participant | None:
    people = list(Participant.objects.filter(organisation=club).order_by("pk"))
    return people[n % len(people)] if people else None


def rename(club: Organisation, _draft: SendOut, n: int) -> None:
    if one := chosen(club, n):
        Participant.objects.filter(pk=one.pk).update(first_name=f"Q{n}")


def move(club: Organisation, _draft: SendOut, n: int) -> None:
    if one := chosen(club, n):
        Participant.objects.filter(pk=one.pk).update(email_normal=f"p{(n + 1) % 3}@x.example")


def leave(club: Organisation, _draft: SendOut, n: int) -> None:
    if one := chosen(club, n):
        one.delete()


def stop(club: Organisation, _draft: SendOut, n: int) -> None:
    if n % 2:
        suppress(club, "email", f"p{n % 3}@x.example", "unsubscribed")
    else:
        suppress(club, "sms", f"+1514555010{1 + n % 4 // 2}", "unsubscribed")


def again(club: Organisation, _draft: SendOut, n: int) -> None:
    if entry := Suppression.objects.filter(organisation=club).order_by("pk").first():
        lift(entry, "They asked.")


def join(club: Organisation, draft: SendOut, n: int) -> None:
    group = draft.groups.first()
    if group and (one := chosen(club, n)):
        group.participants.add(one)


def part(_club: Organisation, draft: SendOut, n: int) -> None:
    group = draft.groups.first()
    one = group.participants.order_by("pk").first() if group else None
    if group and one:
        group.participants.remove(one)


def pick(club: Organisation, draft: SendOut, n: int) -> None:
    if one := chosen(club, n):
        draft.people.add(one)


def regroup(club: Organisation, draft: SendOut, n: int) -> None:
    draft.groups.set([Group.objects.create(organisation=club, name=f"G{next(numbers)}")])


CHANGES = [enrol, rename, move, leave, stop, again, join, part, pick, regroup]
STEPS = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 20)), max_size=12)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, everyone=st.booleans(), once_per=st.sampled_from(OncePer.values))
def test_what_is_kept_is_never_old(
    club: Organisation,
    sendout: MakeSendOut,
    steps: list[tuple[Callable[[Organisation, SendOut, int], None], int]],
    everyone: bool,
    once_per: str,
) -> None:
    with transaction.atomic():
        draft = sendout(channels="both", everyone=everyone, once_per=once_per)
        regroup(club, draft, 0)
        for n in range(4):
            enrol(club, draft, n)
        assert is_true(draft)
        for change, n in steps:
            change(club, draft, n)
            assert is_true(draft)
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_began_before_is_seen_when_it_is_done(
    club: Organisation, sendout: MakeSendOut, person: MakePerson
) -> None:
    """The row that it writes last has an older writer than the one before it."""
    ann = person("Ann", "ann@x.example")
    draft = sendout(channels="both")
    renamed = Participant.objects.filter(pk=ann.pk)

    def meanwhile() -> None:
        renamed.update(email_normal="", email="ann@")
        connection.close()

    with transaction.atomic():
        person("Ben")  # gives this transaction its number
        other = Thread(target=meanwhile)
        other.start()
        other.join(timeout=30)
        assert not other.is_alive()
        assert shown(draft)[1] == []
        renamed.update(email_normal="ann@x.example", email="ann@x.example")
    assert shown(draft)[1] == [ann.pk]
    assert is_true(draft)


@pytest.mark.django_db
def test_the_message_and_its_channels_are_part_of_the_question(
    club: Organisation, sendout: MakeSendOut, person: MakePerson, sms_sender: Sender
) -> None:
    person("Ann", "ann@x.example", "+15145550101")
    suppress(club, "email", "ann@x.example", "unsubscribed")
    draft = sendout(channels="both")
    assert reached(draft).count(EMAIL) == 1
    draft.message.category = "marketing"
    assert reached(draft).groups == {"sms": 1}
    draft.channels = Channels.EMAIL
    assert reached(draft).groups == {"unsubscribed": 1}


@pytest.mark.django_db
def test_one_question_is_planned_once_and_a_send_out_that_began_each_time(
    sendout: MakeSendOut, person: MakePerson
) -> None:
    ann = person("Ann", "ann@x.example")
    draft = sendout(channels="both")
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            reached(draft)
    assert planned(asked) == 1
    draft.started_at = ann.created_at
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            reached(draft)
    assert planned(asked) == 3


@pytest.mark.django_db
def test_what_is_kept_is_bounded(
    sendout: MakeSendOut, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        person(f"P{n}", f"p{n}@x.example")
    asking.kept.clear()
    monkeypatch.setattr(asking, "KEPT", 3)
    drafts = [sendout(channels="email") for _ in range(5)]
    for draft in drafts:
        reached(draft)
    assert len(asking.kept._answers) == 3
    for draft in drafts:
        reached(draft, EVERYBODY)
    asking.kept.clear()
    monkeypatch.setattr(asking, "KEPT_IDS", 15)  # of each person a place and an id
    reached(drafts[0], EVERYBODY)
    assert asking.kept._ids == 0
    monkeypatch.setattr(asking, "KEPT_IDS", 16)
    for draft in drafts:
        reached(draft, EVERYBODY)
    assert asking.kept._ids == 16


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_kept_with_the_mark_of_its_own_moment(
    club: Organisation, sendout: MakeSendOut, person: MakePerson
) -> None:
    """Somebody comes and goes between the look at the rows and the answer."""
    ann = person("Ann", "ann@x.example")
    draft = sendout(channels="both")
    seen = asking.mark(draft)
    statement, parameters = reaching._asked(draft, reaching._COUNTED)
    with transaction.atomic():
        ben = person("Ben", "ben@x.example")
    [[_, _, n], *_] = asking.ask_once(draft, statement, parameters, seen)
    assert n == 2
    ben.delete()
    assert asking.mark(draft) == seen
    assert reached(draft).stands == {Stand("", "no_address"): 1}
    assert [each.person for each in reached(draft, EVERYBODY).people] == [ann]


@pytest.mark.django_db
def test_a_page_of_very_many_is_the_page_of_few(
    club: Organisation, sendout: MakeSendOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = sendout(channels="both")
    for n in range(9):
        enrol(club, draft, n)
    Participant.objects.create(organisation=club, first_name="Nobody")
    found = 0
    for key in ("email", "email-", "shared", "none", "sms-", "nonsense"):
        for start, gap in ((0, None), (1, None), (0, gap_of("locker", ["Locker"]))):
            few = reached(draft, Part(key, start, 2, gap))
            monkeypatch.setattr(reaching, "MANY", 3)
            many = reached(draft, Part(key, start, 2, gap))
            monkeypatch.undo()
            assert [each.person for each in few.people] == [each.person for each in many.people]
            assert not few.people or few.size == many.size
            found += bool(few.people)
    assert found >= 10
    for one in Participant.objects.all():
        few_say = standing_of(draft, one.pk)
        monkeypatch.setattr(reaching, "MANY", 3)
        assert few_say == standing_of(draft, one.pk)
        monkeypatch.undo()
