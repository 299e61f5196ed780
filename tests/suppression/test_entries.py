"""An entry is never weakened, never doubled, and never gone without a trace."""

from __future__ import annotations

from itertools import permutations

import pytest

from sendout.accounts.models import Organisation, User
from sendout.suppression.entries import (
    Entry,
    NeedsReason,
    find,
    lift,
    stops,
    suppress,
    suppress_all,
)
from sendout.suppression.models import Lifted, Reason, Suppression

ANNA = "anna@example.org"
PHONE = "+15145550123"


def test_suppressing_twice_leaves_one_entry_with_the_first_evidence(club: Organisation) -> None:
    first = suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP")
    second = suppress(club, "sms", PHONE, Reason.UNSUBSCRIBED, evidence="STOP again")
    assert (first.pk, second.evidence) == (second.pk, "STOP")
    assert second.created_at == first.created_at


def test_many_at_once_are_what_they_are_one_after_the_other(
    club: Organisation, other_club: Organisation
) -> None:
    entries = [
        Entry("email", "b@example.org", "bad_email", evidence="550", delivery=7),
        Entry("email", "a@example.org", "admin", "marketing"),
        Entry("email", "b@example.org", "complaint", evidence="spam"),
        Entry("email", "b@example.org", "bad_email", evidence="late"),
        Entry("email", "", "bad_email"),
    ]
    suppress_all(club, entries)
    for entry in entries[:-1]:
        words = {"evidence": entry.evidence, "delivery": entry.delivery}
        suppress(other_club, entry.channel, entry.address, entry.reason, entry.category, **words)
    columns = ("channel", "address", "category", "reason", "evidence", "delivery")
    mine, theirs = (
        list(Suppression.objects.filter(organisation=each).order_by("address").values(*columns))
        for each in (club, other_club)
    )
    assert mine == theirs
    assert [entry["reason"] for entry in mine] == ["admin", "complaint"]


@pytest.mark.parametrize(
    "reasons", list(permutations([Reason.ADMIN, Reason.BAD_NUMBER, Reason.UNSUBSCRIBED]))
)
def test_the_strongest_reason_stands_in_whatever_order_they_come(
    club: Organisation, reasons: tuple[str, ...]
) -> None:
    for reason in reasons:
        suppress(club, "sms", PHONE, reason, evidence=f"said {reason}")
    [entry] = find(club, "sms", PHONE)
    assert (entry.reason, stops(club, "sms", PHONE, "operational")) == ("unsubscribed",) * 2


def test_a_raised_entry_still_tells_what_was_known_before(club: Organisation) -> None:
    suppress(club, "email", ANNA, Reason.ADMIN, evidence="asked at the desk")
    entry = suppress(club, "email", ANNA, Reason.COMPLAINT, evidence="feedback loop", delivery=7)
    assert entry.evidence == "feedback loop\nbefore, admin: asked at the desk"
    assert (entry.reason, entry.delivery) == ("complaint", 7)


@pytest.mark.parametrize(
    ("channel", "reason", "stopped"),
    [
        ("email", Reason.UNSUBSCRIBED, {"marketing"}),
        ("email", Reason.COMPLAINT, {"marketing", "operational"}),
        ("email", Reason.BAD_EMAIL, {"marketing", "operational"}),
        ("email", Reason.ADMIN, {"marketing", "operational"}),
        ("sms", Reason.UNSUBSCRIBED, {"marketing", "operational"}),
        ("sms", Reason.BAD_NUMBER, {"marketing", "operational"}),
    ],
)
def test_each_reason_stops_what_it_says(
    club: Organisation, channel: str, reason: Reason, stopped: set[str]
) -> None:
    suppress(club, channel, ANNA, reason)
    found = {c for c in ("marketing", "operational") if stops(club, channel, ANNA, c)}
    assert found == stopped


def test_an_entry_for_one_category_leaves_the_other_open(club: Organisation) -> None:
    suppress(club, "email", ANNA, Reason.ADMIN, "marketing")
    assert stops(club, "email", ANNA, "marketing") == "admin"
    assert stops(club, "email", ANNA, "operational") is None


def test_a_complaint_stops_the_channel_even_when_told_about_one_category(
    club: Organisation,
) -> None:
    suppress(club, "email", ANNA, Reason.COMPLAINT, "marketing")
    assert stops(club, "email", ANNA, "operational") == "complaint"


def test_of_two_entries_the_stronger_one_is_the_reason(club: Organisation) -> None:
    suppress(club, "email", ANNA, Reason.BAD_EMAIL)
    suppress(club, "email", ANNA, Reason.UNSUBSCRIBED)
    assert stops(club, "email", ANNA, "marketing") == "unsubscribed"
    assert [e.reason for e in find(club, "email", ANNA)] == ["unsubscribed", "bad_email"]


def test_an_entry_even_written_by_hand_never_unsubscribes_from_operational_email(
    club: Organisation,
) -> None:
    Suppression.objects.create(
        organisation=club, channel="email", address=ANNA, reason="unsubscribed"
    )
    assert stops(club, "email", ANNA, "operational") is None
    assert stops(club, "email", ANNA, "marketing") == "unsubscribed"


def test_entries_stay_within_channel_and_organisation(
    club: Organisation, other_club: Organisation
) -> None:
    suppress(other_club, "email", ANNA, Reason.COMPLAINT)
    suppress(club, "sms", ANNA, Reason.COMPLAINT)
    assert stops(club, "email", ANNA, "marketing") is None
    assert find(club, "email", ANNA) == []


def test_lifting_opens_the_address_and_keeps_what_the_entry_said(
    club: Organisation, alice: User
) -> None:
    entry = suppress(club, "email", ANNA, Reason.COMPLAINT, evidence="feedback loop")
    lift(entry, "She wrote that it was a slip.", alice)
    assert stops(club, "email", ANNA, "marketing") is None
    kept = Lifted.objects.get()
    assert (kept.address, kept.reason, kept.evidence) == (ANNA, "complaint", "feedback loop")
    assert (kept.lifted_by, kept.why) == (alice, "She wrote that it was a slip.")


def test_nothing_is_lifted_without_a_reason(club: Organisation) -> None:
    entry = suppress(club, "email", ANNA, Reason.ADMIN)
    with pytest.raises(NeedsReason, match="Say why"):
        lift(entry, "  ")
    assert find(club, "email", ANNA)
