"""Work is shared by weight, smoothly, and somebody always follows."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sendout.core.rotation import cycle, order

weights = st.lists(st.integers(1, 100), min_size=1, max_size=5).map(tuple)


def test_three_to_one_is_smooth() -> None:
    assert cycle((3, 1)) == (0, 0, 1, 0)
    assert cycle((50, 50)) == (0, 1)


@given(weights)
def test_each_comes_as_often_as_its_weight_says(given_: tuple[int, ...]) -> None:
    turns = Counter(cycle(given_))
    assert all(turns[n] * sum(given_) == weight * turns.total() for n, weight in enumerate(given_))


@given(weights, st.integers(0, 10**9))
def test_everybody_stands_in_line_once(given_: tuple[int, ...], ordinal: int) -> None:
    line = order(given_, ordinal)
    assert sorted(line) == list(range(len(given_)))
    assert line[0] == cycle(given_)[ordinal % len(cycle(given_))]
