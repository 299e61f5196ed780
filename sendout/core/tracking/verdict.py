"""The verdict over all that was fetched of one message within a few seconds: people or machines?

One request says little: scanners call themselves Chrome. What gives them away is how they go
about it: everything at once, before the mail has arrived, with a HEAD in front. So a verdict waits
until `SETTLED` seconds are over, and is then given over everything that came together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sendout.core.tracking.signs import HEAD, PROXY, SIGNS, Sign, Who

SETTLED = 3.0  # seconds after which nothing can come that belongs together: TOGETHER, and a commit
TOGETHER = 2.0  # seconds

# So many different links within so many seconds: nobody reads a page before following the next.
BURSTS = ((3, TOGETHER), (2, 0.4))

# Seconds after the receiving server took the message, in which nobody can have it in hand.
FIRST_OPEN, FIRST_CLICK = 1.5, 3.0
# Gmail has a second way of fetching ahead that looks like its reader: for people who have it open.
FIRST_PROXY = 10.0

BURST = Sign(Who.MACHINE, "several links were followed at the same moment")
CHECKED = Sign(Who.MACHINE, "the same link was checked (HEAD) at the same moment")
ALONG = Sign(Who.MACHINE, "it came together with a scan of all links")
EARLY = Sign(Who.MACHINE, "it came sooner than anybody can have read the message")
MAYBE_AHEAD = Sign(
    Who.UNKNOWN, "it came right after the delivery: somebody was quick, or fetched ahead"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture fetched or a link followed. link: its number, 0 for the picture. at: aware."""

    link: int
    at: datetime
    sign: str
    client: str


def judge(hits: Sequence[Hit], accepted_at: datetime | None) -> list[Sign]:
    """Say of each hit of one delivery who it was, and why; empty words where it looks human.

    accepted_at: when the receiving server took the message; None when that was never heard.
    """
    company = Company(hits)
    return [_judge(hit, company, accepted_at) for hit in hits]


def _judge(hit: Hit, company: Company, accepted_at: datetime | None) -> Sign:
    sign = SIGNS.get(hit.sign, SIGNS["nameless"])
    if sign.who is Who.MACHINE:
        return sign
    return company.betrays(hit) or _by_time(hit, sign, accepted_at)


def _by_time(hit: Hit, sign: Sign, accepted_at: datetime | None) -> Sign:
    if accepted_at is None:
        return sign
    after = (hit.at - accepted_at).total_seconds()
    if after < (FIRST_CLICK if hit.link else FIRST_OPEN):
        return EARLY
    if hit.sign == PROXY and after < FIRST_PROXY:
        return MAYBE_AHEAD
    return sign


class Company:
    """What came at the same time: bursts of links, and links that were checked by HEAD."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        clicks = sorted((hit for hit in hits if hit.link), key=lambda hit: hit.at)
        self._burst = {id(hit) for rule in BURSTS for hit in _bursts(clicks, *rule)}
        self._scans = _Times((hit.client, hit.at) for hit in clicks if id(hit) in self._burst)
        self._checks = _Times((hit.link, hit.at) for hit in clicks if hit.sign == HEAD)

    def betrays(self, hit: Hit) -> Sign | None:
        """Give what the company of a hit shows; None when there is nothing odd about it."""
        if id(hit) in self._burst:
            return BURST
        if hit.link:
            return CHECKED if self._checks.near(hit.link, hit.at) else None
        return ALONG if self._scans.near(hit.client, hit.at) else None


class _Times:
    """Moments by what they belong to, given in the order of time."""

    def __init__(self, moments: Iterable[tuple[object, datetime]]) -> None:
        self._of: dict[object, list[datetime]] = {}
        for key, at in moments:
            self._of.setdefault(key, []).append(at)

    def near(self, key: object, at: datetime) -> bool:
        """Tell whether there is one within `TOGETHER` seconds."""
        times = self._of.get(key, [])
        reach = timedelta(seconds=TOGETHER)
        place = bisect_left(times, at - reach)
        return place < len(times) and times[place] <= at + reach


def _bursts(clicks: Sequence[Hit], links: int, seconds: float) -> Iterator[Hit]:
    """Give the clicks that stand in a window with so many different links; once or more."""
    window: deque[Hit] = deque()
    told = 0  # of the window, from its left: they are in the answer already
    counts: Counter[int] = Counter()
    for click in clicks:
        window.append(click)
        counts[click.link] += 1
        while (click.at - window[0].at).total_seconds() > seconds:
            left = window.popleft().link
            counts[left] -= 1
            if not counts[left]:
                del counts[left]
            told = max(told - 1, 0)
        if len(counts) >= links:
            yield from islice(window, told, None)
            told = len(window)
