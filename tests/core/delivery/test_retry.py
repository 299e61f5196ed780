"""When something is tried again."""

from __future__ import annotations

from sendout.core.delivery.retry import HOUR, LONGEST_HINT, WAITS, after_unsure, wait


def test_a_refusal_for_now_is_tried_for_a_day_and_then_no_more() -> None:
    waits = [wait("email", attempt) for attempt in range(1, 11)]
    assert waits[-1] is None
    assert 23 * HOUR < sum(each for each in waits if each) < 25 * HOUR


def test_the_servers_own_hint_counts_within_reason() -> None:
    assert wait("email", 1, 300.0) == 300
    assert wait("email", 1, 0.0) == 1
    assert wait("email", 1, 1e9) == LONGEST_HINT
    assert wait("email", len(WAITS["email"]) + 1, 300.0) is None


def test_an_email_without_an_answer_is_sent_again_soon_but_not_for_ever() -> None:
    waits = [after_unsure("email", attempt) for attempt in range(1, 11)]
    assert waits[0] == 60
    assert waits[1:9] == sorted(waits[1:9])
    assert waits[-1] is None


def test_a_text_without_an_answer_is_not_sent_again() -> None:
    assert after_unsure("sms", 1) is None
