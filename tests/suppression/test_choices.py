"""What recipients choose themselves: only their own word is taken back, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendout.accounts.models import Organisation
from sendout.suppression.choices import (
    CAME_BACK,
    CHOSEN,
    ONE_CLICK,
    RETURNS_A_DAY,
    Place,
    Standing,
    choose,
    leave,
    standings,
)
from sendout.suppression.entries import find, stops, suppress
from sendout.suppression.models import Lifted, Reason, Suppression

ANNA, PHONE = "anna@example.org", "+15145550123"
BOTH = {"operational", "marketing"}


@pytest.fixture
def email(club: Organisation) -> Place:
    return Place(club, "email", ANNA)


@pytest.fixture
def phone(club: Organisation) -> Place:
    return Place(club, "sms", PHONE)


def on(place: Place) -> set[str]:
    return {each.category for each in standings(place) if each.on}


def test_at_first_everything_goes(email: Place, phone: Place) -> None:
    assert on(email) == on(phone) == BOTH
    assert [each.may_change for each in standings(email)] == [False, True]
    assert [each.may_change for each in standings(phone)] == [True, True]


def test_operational_email_goes_on_whatever_is_chosen(email: Place) -> None:
    choose(email, set(), CHOSEN, 1)
    leave(email, BOTH, ONE_CLICK, 1)
    assert on(email) == {"operational"}
    assert stops(email.organisation, "email", ANNA, "operational") is None
    assert stops(email.organisation, "email", ANNA, "marketing") == "unsubscribed"


@pytest.mark.parametrize("category", sorted(BOTH))
def test_one_kind_of_sms_can_be_left_without_the_other(phone: Place, category: str) -> None:
    choose(phone, BOTH - {category}, CHOSEN, 1)
    assert on(phone) == BOTH - {category}
    for each in BOTH:
        stopped = stops(phone.organisation, "sms", PHONE, each)
        assert stopped == ("unsubscribed" if each == category else None)


def test_who_comes_back_to_one_kind_stays_away_from_the_other(phone: Place) -> None:
    suppress(phone.organisation, "sms", PHONE, Reason.UNSUBSCRIBED, evidence=CHOSEN)
    assert on(phone) == set()
    choose(phone, {"operational"}, CHOSEN, 2)
    assert on(phone) == {"operational"}
    assert [(e.category, e.delivery) for e in find(phone.organisation, "sms", PHONE)] == [
        ("marketing", 2)
    ]


def test_coming_back_keeps_a_trace(email: Place) -> None:
    choose(email, set(), f"{CHOSEN} It came with “News”.", 7)
    choose(email, BOTH, CHOSEN, 7)
    assert on(email) == BOTH
    [lifted] = Lifted.objects.all()
    assert (lifted.why, lifted.evidence) == (CAME_BACK, f"{CHOSEN} It came with “News”.")


@pytest.mark.parametrize("reason", [Reason.ADMIN, Reason.COMPLAINT, Reason.BAD_EMAIL])
@pytest.mark.parametrize("category", ["", "marketing"])
def test_what_others_entered_stays(email: Place, reason: Reason, category: str) -> None:
    entry = suppress(email.organisation, "email", ANNA, reason, category, evidence="their words")
    for wanted in (set(), BOTH):
        choose(email, wanted, CHOSEN, 1)
    stays = Suppression.objects.get()
    assert (stays.pk, stays.reason, stays.evidence) == (entry.pk, reason, "their words")


def test_a_weaker_word_below_ones_own_comes_back_with_its_evidence(email: Place) -> None:
    suppress(email.organisation, "email", ANNA, Reason.ADMIN, "marketing", evidence="a: b\nc")
    leave(email, {"marketing"}, ONE_CLICK, 1)
    assert stops(email.organisation, "email", ANNA, "marketing") == "unsubscribed"
    choose(email, BOTH, CHOSEN, 1)
    [entry] = find(email.organisation, "email", ANNA)
    assert (entry.reason, entry.category, entry.evidence) == ("admin", "marketing", "a: b\nc")


def test_a_stop_by_sms_is_not_undone_by_a_link(phone: Place) -> None:
    suppress(phone.organisation, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP")
    choose(phone, BOTH, CHOSEN, 1)
    assert standings(phone) == [
        Standing("operational", False, False, "unsubscribed"),
        Standing("marketing", False, False, "unsubscribed"),
    ]
    assert not Lifted.objects.exists()


def test_a_number_that_left_by_one_click_stays_away_after_the_staff_lifts_theirs(
    phone: Place,
) -> None:
    entry = suppress(phone.organisation, "sms", PHONE, Reason.BAD_NUMBER)
    leave(phone, BOTH, ONE_CLICK, 1)
    entry.delete()
    assert on(phone) == set()


def test_another_organisation_is_not_touched(email: Place, other_club: Organisation) -> None:
    theirs = Place(other_club, "email", ANNA)
    leave(theirs, {"marketing"}, CHOSEN, 9)
    choose(email, set(), CHOSEN, 1)
    choose(email, BOTH, CHOSEN, 1)
    assert on(theirs) == {"operational"}


def test_coming_and_going_is_bounded_and_going_never_is(email: Place) -> None:
    for _ in range(RETURNS_A_DAY):
        choose(email, set(), CHOSEN, 1)
        choose(email, BOTH, CHOSEN, 1)
    assert choose(email, set(), CHOSEN, 1)
    assert not choose(email, BOTH, CHOSEN, 1)
    assert on(email) == {"operational"}
    assert Lifted.objects.count() == RETURNS_A_DAY


def test_who_may_not_come_back_any_more_can_still_leave(phone: Place) -> None:
    for _ in range(RETURNS_A_DAY):
        choose(phone, {"marketing"}, CHOSEN, 1)
        choose(phone, BOTH, CHOSEN, 1)
    choose(phone, {"marketing"}, CHOSEN, 1)
    assert not choose(phone, {"operational"}, CHOSEN, 1)
    assert on(phone) == set()


WISHES = st.lists(st.sets(st.sampled_from(sorted(BOTH))), min_size=1, max_size=5)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=WISHES, channel=st.sampled_from(["email", "sms"]))
def test_the_last_choice_is_what_counts(
    club: Organisation, wishes: list[set[str]], channel: str
) -> None:
    place = Place(club, channel, ANNA if channel == "email" else PHONE)
    Suppression.objects.all().delete()
    Lifted.objects.all().delete()
    for wanted in wishes:
        choose(place, wanted, CHOSEN, 1)
    always = {"operational"} if channel == "email" else set()
    assert on(place) == wishes[-1] | always
    assert Suppression.objects.count() == len(BOTH - on(place))


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(Reason.values),
        st.sampled_from(["", "operational", "marketing"]),
        st.sampled_from(["", CHOSEN, ONE_CLICK, "STOP"]),
    ),
    max_size=4,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=ENTRIES, channel=st.sampled_from(["email", "sms"]))
def test_the_page_says_what_the_engine_will_do(
    club: Organisation, entries: list[tuple[str, str, str]], channel: str
) -> None:
    place = Place(club, channel, ANNA if channel == "email" else PHONE)
    Suppression.objects.all().delete()
    for reason, category, evidence in entries:
        suppress(club, channel, place.address, reason, category, evidence=evidence)
    for each in standings(place):
        stopped = stops(club, channel, place.address, each.category)
        assert each.on == (stopped is None)
        assert not each.reason or stopped is not None
