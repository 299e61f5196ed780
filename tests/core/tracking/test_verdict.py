"""People or machines: the verdict over what came together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.tracking.signs import PROXY, SIGNS, Who
from sendout.core.tracking.verdict import (
    ALONG,
    BURST,
    BURSTS,
    CHECKED,
    EARLY,
    MAYBE_AHEAD,
    TOGETHER,
    Hit,
    judge,
)

ACCEPTED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = 600.0


def hit(link: int, seconds: float, sign: str = "", client: str = "Chrome on a computer") -> Hit:
    return Hit(link, ACCEPTED + timedelta(seconds=seconds), sign, client)


def words(*hits: Hit, accepted_at: datetime | None = ACCEPTED) -> list[str]:
    return [sign.words for sign in judge(hits, accepted_at)]


def test_a_person_opens_and_clicks() -> None:
    assert words(hit(0, LATER), hit(2, LATER + 1)) == ["", ""]


def test_two_links_after_each_other_are_a_quick_person() -> None:
    assert words(hit(1, LATER), hit(2, LATER + 1)) == ["", ""]


def test_three_links_at_once_are_a_scanner_all_three_of_them() -> None:
    found = judge([hit(n, LATER + n * 0.6) for n in (1, 2, 3)], ACCEPTED)
    assert found == [BURST] * 3


def test_two_links_in_the_same_instant_are_a_scanner() -> None:
    assert words(hit(1, LATER), hit(2, LATER + 0.1)) == [BURST.words] * 2


def test_the_same_link_thrice_is_an_impatient_person() -> None:
    assert words(*(hit(1, LATER + n * 0.3) for n in range(3))) == [""] * 3


def test_a_long_row_of_links_is_a_scanner_to_its_end() -> None:
    assert words(*(hit(n, LATER + n * 0.7) for n in range(1, 30))) == [BURST.words] * 29


def test_a_person_who_comes_after_the_scanner_is_one() -> None:
    scan = [hit(n, 60 + n * 0.1) for n in (1, 2, 3)]
    assert words(*scan, hit(0, LATER), hit(2, LATER + 3))[3:] == ["", ""]


def test_a_link_that_is_checked_first_is_followed_by_the_same_machine() -> None:
    found = judge([hit(1, LATER, "head", ""), hit(1, LATER + 0.8)], ACCEPTED)
    assert found == [SIGNS["head"], CHECKED]
    assert words(hit(1, LATER, "head", ""), hit(2, LATER + 0.8))[1] == ""


def test_who_clicks_in_office_is_a_person_although_office_looks_first() -> None:
    assert words(hit(1, LATER, "office", ""), hit(1, LATER + 0.8))[1] == ""


def test_pictures_fetched_in_a_scan_are_part_of_it() -> None:
    scan = [hit(n, 60 + n * 0.1) for n in (1, 2, 3)]
    assert words(hit(0, 59.5), *scan)[0] == ALONG.words
    assert words(hit(0, 59.5, client="Apple Mail on a phone"), *scan)[0] == ""


def test_what_comes_before_the_server_took_the_message_is_a_scanner() -> None:
    assert words(hit(1, -4), hit(0, -1)) == [EARLY.words] * 2


def test_nobody_follows_a_link_within_seconds_of_the_delivery() -> None:
    assert words(hit(1, 2.5)) == [EARLY.words]
    assert words(hit(1, 3.5)) == [""]


def test_gmail_shows_the_message_when_it_fetches_later_on() -> None:
    assert words(hit(0, LATER, PROXY, "Gmail")) == [""]


def test_gmail_right_after_the_delivery_proves_nothing() -> None:
    verdict = judge([hit(0, 6, PROXY, "Gmail")], ACCEPTED)
    assert verdict == [MAYBE_AHEAD]
    assert verdict[0].who is Who.UNKNOWN


def test_without_a_time_of_delivery_only_the_other_signs_count() -> None:
    assert words(hit(1, 1), accepted_at=None) == [""]
    assert words(hit(1, 1, "scanner"), accepted_at=None) == [SIGNS["scanner"].words]


def test_a_sign_of_a_newer_release_proves_nothing() -> None:
    assert judge([hit(1, LATER, "what is this")], ACCEPTED)[0].who is Who.UNKNOWN


hits = st.builds(
    hit,
    st.integers(0, 6),
    st.integers(-50, 300).map(lambda tenth: tenth / 10),
    st.sampled_from(sorted(SIGNS)),
    st.sampled_from(["", "Gmail", "Chrome on a computer"]),
)


@given(st.lists(hits, max_size=30), st.randoms())
def test_the_verdict_does_not_depend_on_the_order_of_arrival(
    found: list[Hit], random: object
) -> None:
    shuffled = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]
    by_hit = sorted(zip(map(repr, found), map(repr, judge(found, ACCEPTED)), strict=True))
    assert by_hit == sorted(
        zip(map(repr, shuffled), map(repr, judge(shuffled, ACCEPTED)), strict=True)
    )


@given(st.lists(hits, max_size=20))
def test_bursts_are_found_as_by_looking_at_every_window(found: list[Hit]) -> None:
    clicks = [each for each in found if each.link]

    def crowded(one: Hit) -> bool:
        return any(
            0 <= (one.at - first.at).total_seconds() <= seconds
            and len({
                each.link for each in clicks
                if 0 <= (each.at - first.at).total_seconds() <= seconds
            }) >= links
            for links, seconds in BURSTS
            for first in clicks
        )  # fmt: skip

    for one, sign in zip(found, judge(found, None), strict=True):
        if one.link and SIGNS[one.sign].who is not Who.MACHINE:
            assert (sign == BURST) == crowded(one)


@given(st.lists(hits, max_size=20))
def test_more_that_is_known_never_makes_a_person_of_a_machine(found: list[Hit]) -> None:
    before = judge(found, ACCEPTED)
    after = judge([*found, hit(1, 5.0), hit(2, 5.0 + TOGETHER), hit(3, 5.1)], ACCEPTED)
    for old, new in zip(before, after, strict=False):
        assert old.who is not Who.MACHINE or new.who is Who.MACHINE


def test_ten_thousand_requests_with_one_token_are_judged_at_once() -> None:
    flood = [hit(n % 50 + 1, LATER + n / 1000) for n in range(10_000)]
    assert set(judge(flood, ACCEPTED)) == {BURST}
