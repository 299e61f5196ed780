"""Who takes the next piece of work, when several share it by weight."""

from __future__ import annotations

from functools import cache, reduce
from math import gcd


@cache
def cycle(weights: tuple[int, ...]) -> tuple[int, ...]:
    """Give the places of those with these weights in the order of their turns, until it repeats.

    Each comes as often as its weight says, and never in a bunch: smooth weighted round robin, as
    nginx does it (ngx_http_upstream_round_robin). Weights are 1 or more.
    """
    shares = [weight // reduce(gcd, weights) for weight in weights]
    ahead = [0] * len(shares)
    turns = []
    for _ in range(sum(shares)):
        ahead = [have + share for have, share in zip(ahead, shares, strict=True)]
        turn = ahead.index(max(ahead))
        ahead[turn] -= sum(shares)
        turns.append(turn)
    return tuple(turns)


def order(weights: tuple[int, ...], ordinal: int) -> list[int]:
    """Give whose turn a piece of work is, and who follows if that one cannot, and so on."""
    turns = cycle(weights)
    start = ordinal % len(turns)
    return list(dict.fromkeys(turns[start:] + turns[:start]))
